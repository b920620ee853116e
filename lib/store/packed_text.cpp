#include "packed_text.hpp"

#include <stdexcept>

#include <zlib.h>

namespace edgewatch::store {
namespace {

/// Before the packed bytes stands the text's length, little-endian.
constexpr std::size_t head = 4;

}  // namespace

std::vector<std::uint8_t> pack(std::string_view text) {
  uLongf size = compressBound(text.size());
  std::vector<std::uint8_t> out(head + size);
  for (std::size_t i = 0; i < head; ++i) out[i] = static_cast<std::uint8_t>(text.size() >> 8 * i);
  if (compress(out.data() + head, &size, reinterpret_cast<const Bytef*>(text.data()), text.size()) != Z_OK)
    throw std::runtime_error("zlib: a text cannot be packed");
  out.resize(head + size);
  return out;
}

std::optional<std::string> unpack(Bytes packed, std::size_t longest) {
  if (packed.size() < head) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < head; ++i) length |= std::size_t{packed[i]} << 8 * i;
  if (length > longest) return std::nullopt;
  std::string text(length, '\0');
  uLongf size = length;
  const int done =
      uncompress(reinterpret_cast<Bytef*>(text.data()), &size, packed.data() + head, packed.size() - head);
  if (done != Z_OK || size != length) return std::nullopt;
  return text;
}

}  // namespace edgewatch::store
