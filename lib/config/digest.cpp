#include "text_file.hpp"

#include <array>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace edgewatch::config {

std::string short_digest(const std::vector<std::string>& texts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  bool ok = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (const std::string& text : texts) {
    // The length keeps two files apart from one that holds both.
    const std::string length = fmt::format("{}\n", text.size());
    ok = ok && EVP_DigestUpdate(context.get(), length.data(), length.size()) == 1 &&
         EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1;
  }
  if (!ok || EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  std::string hex;
  for (std::size_t i = 0; i < 8; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace edgewatch::config
