// A disclosure that somebody else made: a zip file, and the files in it as a verifier reads them, before any
// signature is believed. What is taken in comes out of a packing the same.
#include "edgewatch/evidence/verify.hpp"

#include "bundle_rows.hpp"
#include "laws.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace edgewatch;

namespace {

void unpacked(std::string_view bytes) {
  const auto files = evidence::unpack(bytes);
  if (!files) return;
  fuzz::law(files->size() <= evidence::most_bundle_files, "there are no more files than may be");
  const auto again = evidence::unpack(evidence::pack(*files));
  fuzz::law(again && *again == *files, "what was taken in is packed and taken in the same");
  const evidence::Verification verification = evidence::verify_bundle(*files, std::nullopt);
  fuzz::law(!verification.lines.empty(), "something is said of every disclosure");
  fuzz::law(verification.sound() || !verification.lines.back().file.empty(), "a fault names its file");
}

void tables(std::string_view text) {
  const auto rows =
      evidence::read_minutes(text, model::Subject::of_person(model::PersonId(std::string("p17"))));
  if (rows) fuzz::law(evidence::minutes_table(*rows) == text, "minutes are written as they were read");
  if (const auto coverage = evidence::read_coverage(text)) {
    const std::string again = evidence::coverage_table(*coverage);
    const auto second = evidence::read_coverage(again);
    fuzz::law(second && evidence::coverage_table(*second) == again, "coverage is written as it was read");
  }
}

/// Signed by nobody that is known, so that what lies behind the signature is read too.
void behind_the_signature(std::string_view text) {
  static const evidence::SigningKey key{{}};
  const evidence::Signature signature =
      key.sign(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  const std::vector<evidence::BundleFile> files{{"key.pem", key.public_key().pem()},
                                                {"manifest.json", std::string(text)},
                                                {"manifest.sig", {signature.begin(), signature.end()}}};
  fuzz::law(!evidence::verify_bundle(files, std::nullopt).sound(), "nothing is authentic without its files");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  unpacked(bytes);
  tables(bytes);
  behind_the_signature(bytes);
  return 0;
}
