// Words for writing rows of the settings table; used by fields.cpp alone.
#pragma once

#include "config/fields.hpp"

namespace collet::config {

template <class Member>
struct MemberTraits;
template <class Owner, class Type>
struct MemberTraits<Type Owner::*> {
  using owner = Owner;
  using type = Type;
};

template <auto Member>
auto& member_of(void* object) {
  return static_cast<typename MemberTraits<decltype(Member)>::owner*>(object)->*Member;
}

template <auto Member>
Slot slot_of(void* object) {
  return &member_of<Member>(object);
}

template <class Type>
void* prototype_of() {
  static Type object;
  return &object;
}

/// A plain value; the type follows from the member.
template <auto Member>
Field value(std::string_view key, std::string_view help) {
  return {.key = key, .help = help, .slot = slot_of<Member>};
}

template <auto Member>
Field number(std::string_view key, double min, double max, std::string_view unit, std::string_view help) {
  return {.key = key, .help = help, .unit = unit, .slot = slot_of<Member>, .min = min, .max = max};
}

template <auto Member>
Field choice(std::string_view key, std::vector<std::string> choices, std::string_view help) {
  return {.key = key, .help = help, .slot = slot_of<Member>, .choices = std::move(choices)};
}

template <auto Member>
Field path(std::string_view key, std::string_view help) {
  return {.key = key, .help = help, .slot = slot_of<Member>, .path = true};
}

inline Field secret(Field field) {
  field.secret = true;
  return field;
}

inline Field required(Field field) {
  field.required = true;
  return field;
}

template <auto Member>
Nest nest_section() {
  return {.add = [](void* object, std::string_view) -> void* { return &member_of<Member>(object); },
          .entries = [](void* object) -> Nest::Entries { return {{"", &member_of<Member>(object)}}; },
          .clear = [](void*) {}};
}

template <auto Member>
Field section(std::string_view key, const Section& rows, std::string_view help) {
  return {.key = key, .help = help, .shape = Shape::section, .nest = nest_section<Member>(), .section = &rows};
}

template <auto Member>
Field list(std::string_view key, const Section& rows, std::string_view help) {
  Nest nest{.add = [](void* object, std::string_view) -> void* { return &member_of<Member>(object).emplace_back(); },
            .entries =
                [](void* object) {
                  Nest::Entries out;
                  for (auto& entry : member_of<Member>(object)) out.emplace_back("", &entry);
                  return out;
                },
            .clear = [](void* object) { member_of<Member>(object).clear(); }};
  return {.key = key, .help = help, .shape = Shape::list, .nest = nest, .section = &rows};
}

template <auto Member>
Field map(std::string_view key, const Section& rows, std::string_view help) {
  Nest nest{.add = [](void* object, std::string_view name) -> void* {
              return &member_of<Member>(object)[std::string(name)];
            },
            .entries =
                [](void* object) {
                  Nest::Entries out;
                  for (auto& [name, entry] : member_of<Member>(object)) out.emplace_back(name, &entry);
                  return out;
                },
            .clear = [](void* object) { member_of<Member>(object).clear(); }};
  return {.key = key, .help = help, .shape = Shape::map, .nest = nest, .section = &rows};
}

}  // namespace collet::config
