// The format is minisign's, https://jedisct1.github.io/minisign/, "Signature format": of everything but the
// untrusted comment each byte is signed.
#include "edgewatch/config/list_signature.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

namespace edgewatch::config {
namespace {

constexpr std::string_view trusted_mark = "trusted comment: ";
constexpr std::string_view of_the_text = "Ed";
constexpr std::string_view of_its_digest = "ED";  // BLAKE2b-512, and what minisign makes today

/// So many bytes as characters, from RFC 4648 section 4 with its padding; nothing where it is not that.
template <std::size_t size>
std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::size_t groups = (size + 2) / 3;
  constexpr std::size_t padding = 3 * groups - size;
  const std::string_view digits = text.substr(0, text.size() - std::min(text.size(), padding));
  if (text.size() != 4 * groups || digits.find('=') != std::string_view::npos ||
      text.find_first_not_of('=', digits.size()) != std::string_view::npos)
    return std::nullopt;
  std::array<unsigned char, 3 * groups> bytes{};
  const auto* from = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DecodeBlock(bytes.data(), from, static_cast<int>(text.size())) != static_cast<int>(bytes.size()))
    return std::nullopt;
  return std::string(bytes.begin(), bytes.begin() + size);
}

/// A key or a signature, with the number of its key.
template <std::size_t size>
struct Numbered {
  static constexpr std::size_t number_size = 8;
  static std::optional<Numbered> read(std::string_view text) {
    const auto bytes = from_base64<of_the_text.size() + number_size + size>(text);
    if (!bytes) return std::nullopt;
    const std::string_view rest = std::string_view(*bytes).substr(of_the_text.size());
    return Numbered{bytes->substr(0, of_the_text.size()), std::string(rest.substr(0, number_size)),
                    std::string(rest.substr(number_size))};
  }
  std::string algorithm, number, value;
};
using PublicKey = Numbered<32>;
using Signature = Numbered<64>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string blake2b_512(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_blake2b512(), nullptr) != 1)
    throw std::runtime_error("BLAKE2b is not available");
  return {digest.begin(), digest.begin() + size};
}

/// RFC 8032 section 5.1.7.
bool is_signed(std::string_view text, std::string_view signature, std::string_view public_key) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(public_key), public_key.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

/// Lines without their ends.
std::array<std::string_view, 4> first_lines(std::string_view text) {
  std::array<std::string_view, 4> out;
  for (std::string_view& line : out) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

bool is_public_key(std::string_view text) {
  const auto key = PublicKey::read(text);
  return key && key->algorithm == of_the_text;
}

std::optional<std::string> signature_doubt(std::string_view bytes, std::string_view signature,
                                           std::string_view public_key) {
  const auto [untrusted, by_key, comment, of_comment] = first_lines(signature);
  const auto key = PublicKey::read(public_key);
  const auto own = Signature::read(by_key);
  const auto all = from_base64<64>(of_comment);
  const bool known = own && (own->algorithm == of_its_digest || own->algorithm == of_the_text);
  if (!key || !known || !all || !comment.starts_with(trusted_mark)) return "its signature is not minisign's";
  if (own->number != key->number) return "it is signed by another key than the one in lists.toml";
  const bool by_digest = own->algorithm == of_its_digest;
  if (!is_signed(by_digest ? blake2b_512(bytes) : bytes, own->value, key->value) ||
      !is_signed(own->value + std::string(comment.substr(trusted_mark.size())), *all, key->value))
    return "its signature is not of what came";
  return std::nullopt;
}

std::optional<std::string> published_digest(std::string_view text, std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  constexpr std::size_t digits = 64;
  std::optional<std::string> only;
  std::size_t lines = 0;
  for (const std::string_view line : split(text, '\n')) {
    const std::string word = ascii_lower(line.substr(0, line.find_first_of(" \t\r")));
    if (word.size() != digits || word.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
    std::string_view name = trim(line.substr(digits));
    if (name.starts_with('*')) name.remove_prefix(1);
    if (name == file) return word;
    ++lines;
    only = name.empty() ? std::optional(word) : std::nullopt;
  }
  return lines == 1 ? only : std::nullopt;
}

}  // namespace edgewatch::config
