// Gives the command line its parts, and runs it.
#include <exception>
#include <iostream>

#include "cli/run.hpp"
#include "wiring.hpp"

int main(int argc, char** argv) {
  try {
    return collet::cli::run(argc, argv, collet::make_hooks());
  } catch (const std::exception& e) {
    std::cerr << "collet: internal error: " << e.what() << "\n";
    return 1;
  }
}
