// Real boxes for a plugin in the real host.
#pragma once

#include <cstdint>
#include <memory>

#include <unistd.h>

#include "kernel/plugin/host_fixture.hpp"

namespace collet::test {

/// The launcher is forked before the fixture starts its thread.
struct Boxes {
  Boxes() {
    config::SandboxSettings settings;
    settings.uid_base = 1'000'000 + std::int64_t{::getpid()} * 256;
    settings.boxes_max = 8;
    box_ = sandbox::Sandbox::start(settings);
  }
  std::unique_ptr<sandbox::Sandbox> box_;
};

}  // namespace collet::test
