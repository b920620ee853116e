// The signature of a list: the input is the file, of a text that was signed once. Whatever it says, what is
// accepted is what was signed: the form, the signature, the comment and the signature of both.
#include "edgewatch/config/list_signature.hpp"

#include "laws.hpp"

using namespace edgewatch;

namespace {

constexpr std::string_view list = "photos.example\nvideos.example\n";
constexpr std::string_view key = "RWQp0eM6cKeRCTJoDE5U22bu9legSngEDEscCddEKIqf7Nr3PzzqSOpM";
constexpr std::string_view comment = "trusted comment: list of 21 November";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact exact({data, size});
  const std::string_view text(reinterpret_cast<const char*>(exact.bytes().data()), size);
  const bool accepted = !config::signature_doubt(list, text, key);
  fuzz::law(!accepted || (text.find(comment) != std::string_view::npos &&
                          text.find("RUQp0eM6cKeRCSb99mIQYPQzgQqhhW5ti30oItHy") != std::string_view::npos),
            "nobody can sign without the key");
  fuzz::law(config::signature_doubt("photos.example\n", text, key).has_value(), "nothing else was signed");
  // The input as the key.
  if (config::is_public_key(text)) static_cast<void>(config::signature_doubt(list, comment, text));
  return 0;
}
