#include "verify.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/evidence/verify.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace edgewatch::tools {

int verify(const std::string& path, const std::string& key) {
  std::optional<evidence::PublicKey> known;
  if (!key.empty()) {
    std::ifstream file(key, std::ios::binary);
    std::string pem(4096, '\0');
    file.read(pem.data(), static_cast<std::streamsize>(pem.size()));
    pem.resize(static_cast<std::size_t>(file.gcount()));
    known = evidence::PublicKey::parse(pem);
    if (!known) {
      std::cerr << "edgewatch: " << terminal_text(key)
                << ": no Ed25519 key in PEM; `edgewatch audit key` prints the council's\n";
      return runtime::bad_input;
    }
  }
  const auto files = evidence::read_bundle(path);
  if (!files) {
    std::cerr << "edgewatch: " << terminal_text(path) << ": " << terminal_text(files.error())
              << "; this is no disclosure as edgewatch makes it\n";
    return runtime::bad_input;
  }
  const evidence::Verification verification = evidence::verify_bundle(*files, known);
  for (const auto& line : verification.lines) {
    if (line.good) std::cout << fmt::format("good   {:<14} {}\n", line.file, line.text);
  }
  for (const std::string& note : verification.notes) std::cout << "note   " << terminal_text(note) << '\n';
  if (!verification.sound()) {
    const auto& fault = verification.lines.back();
    std::cout << std::flush;
    std::cerr << fmt::format("NOT AUTHENTIC: {}: {} {}\n", terminal_text(path), fault.file, fault.text);
    return runtime::bad_input;
  }
  std::cout << "authentic: nothing was changed since it was disclosed\n" << std::flush;
  return std::cout ? runtime::fine : runtime::io_error;
}

}  // namespace edgewatch::tools
