// One line of Markdown text, made of pieces of a document.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doc_reader {

/// What encloses text.
enum class Mark : unsigned char { em, strong, del, link };

/// Where the line stands, which decides what has to be escaped.
enum class Place { paragraph, heading, cell };

/// Takes text and marks in document order, gives Markdown that parses back to them. Marks
/// around nothing are dropped, and so are those that CommonMark would not take for one
/// where they stand, as in a"**b"**c.
class Line {
 public:
  /// White space is collapsed.
  void text(std::string_view text);
  void code(std::string_view code);
  void line_break();
  /// @param destination from link_destination().
  void image(std::string_view alt, std::string destination);
  void open(Mark mark, std::string destination = {});
  void close(Mark mark);

  [[nodiscard]] bool is_empty() const { return pieces_.empty(); }
  /// Trimmed; "" for nothing to see. Paragraphs are cut by "\n\n" where two breaks met.
  [[nodiscard]] std::string markdown(Place place);
  /// The same as text, without any mark.
  [[nodiscard]] std::string plain() const;

 private:
  enum class Kind : unsigned char { text, space, code, image, line_break, open, close };
  struct Piece {
    Kind kind;
    Mark mark = Mark::em;
    bool is_dropped = false;
    std::size_t pair = 0;  ///< Of open and close: where the other one is.
    std::string text;
    std::string destination;
  };

  static constexpr std::size_t index_of(Mark mark) { return static_cast<std::size_t>(mark); }

  void add(Piece piece);
  void flush_opens();
  void word(std::string_view word);

  // inline_markdown.cpp
  void drop_impossible_marks();
  [[nodiscard]] bool can_stand(const Piece& open, std::size_t at) const;
  [[nodiscard]] std::uint32_t before(std::size_t at) const;
  [[nodiscard]] std::uint32_t after(std::size_t at) const;
  [[nodiscard]] std::string code_markdown(const Piece& piece, Place place) const;
  void append_break(std::string& out, std::size_t& at, Place place, int open_marks) const;

  std::vector<Piece> pieces_;
  std::vector<Piece> waiting_opens_;
  std::vector<std::size_t> open_at_;
  int depth_[4] = {0, 0, 0, 0};
  bool has_space_ = false;
};

/// `text`, so that Markdown reads it as just that.
/// @param at_start it begins a line.
[[nodiscard]] std::string escaped_text(std::string_view text, Place place, bool at_start, bool in_link, char before = ' ');
/// Code, so that no run of backticks in it is longer than readers of Markdown count.
[[nodiscard]] std::string code_text(std::string_view text);

}  // namespace doc_reader
