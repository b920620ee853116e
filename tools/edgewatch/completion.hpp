// Tab completion for bash, made from the command line's own tree, so that it knows what the program knows.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace edgewatch::tools {

/// What is to lie in share/bash-completion/completions/edgewatch.
[[nodiscard]] std::string bash_completion(const CLI::App& root);

}  // namespace edgewatch::tools
