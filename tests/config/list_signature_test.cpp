// Signatures made by minisign 0.11 (Debian 12).
#include "edgewatch/config/list_signature.hpp"

#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using namespace std::string_literals;

const auto list = "photos.example\nvideos.example\n"s;
const auto key = "RWQp0eM6cKeRCTJoDE5U22bu9legSngEDEscCddEKIqf7Nr3PzzqSOpM"s;
const auto signature =
    "untrusted comment: a list\n"
    "RUQp0eM6cKeRCSb99mIQYPQzgQqhhW5ti30oItHyZFLgmn67K9GB9LhmiKCbatmikbLgx1lUBsmG9M7qRRONYXsFVs172shVkQA=\n"
    "trusted comment: list of 21 November\n"
    "KDwxtBZAeq7gk21a72rxRzZVwq6WL8JReL4nVoQUG4BgWhYwi0Q6caWSDcEBc/s5JFuhgKWDhRkmSGP6mCJ1CA==\n"s;
const auto old_form =
    "untrusted comment: signature from minisign secret key\n"
    "RWQp0eM6cKeRCcL7S6SlHB/Kl43jVLHYI0/7l6qeucLQcxkeem8H6tbWLJNp9mAEAAjHzGsQVFjMrX2iFYYuipSUrYFRDZE4Kg0=\n"
    "trusted comment: old form\n"
    "4WExPrlv/2Pkwa89Kgv5MVlV3DxvrYTVg3B5Ly3BZrF1sLxhPxg55iPGFW6NKg8RnWpCAOseQ1c1zJMLWUEjCg==\n"s;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST(ListSignature, ByTheKeyOfTheseBytesIsNoDoubt) {
  EXPECT_EQ(signature_doubt(list, signature, key), std::nullopt);
  EXPECT_EQ(signature_doubt(list, old_form, key), std::nullopt) << "of the text itself";
  EXPECT_EQ(signature_doubt(list, replaced(signature, "a list", "whatever"), key), std::nullopt)
      << "that comment is not signed";
  EXPECT_EQ(signature_doubt(list, replaced(signature, "\nRU", "\r\nRU"), key), std::nullopt);
}

TEST(ListSignature, AnythingElseIsOne) {
  const auto of_another = "its signature is not of what came"s;
  EXPECT_EQ(signature_doubt(list + "more.example\n", signature, key), of_another);
  EXPECT_EQ(signature_doubt(list, replaced(signature, "21 November", "22 November"), key), of_another);
  EXPECT_EQ(signature_doubt(list, replaced(signature, "RUQ", "RWQ"), key), of_another) << "the form is known";
  EXPECT_EQ(signature_doubt(list, signature, replaced(key, "TJoD", "TJoE")), of_another);
  EXPECT_EQ(signature_doubt(list, signature, replaced(key, "Qp0e", "Qp1e")),
            "it is signed by another key than the one in lists.toml");
}

TEST(ListSignature, WhatIsNotOneIsSaidToBeNone) {
  const auto none = "its signature is not minisign's"s;
  for (std::size_t length = 0; length < signature.size() - 1; ++length)
    EXPECT_EQ(signature_doubt(list, signature.substr(0, length), key), none) << length;
  EXPECT_EQ(signature_doubt(list, "<html>", key), none);
  EXPECT_EQ(signature_doubt(list, replaced(signature, "kQA=", "kQ=="), key), none);
  EXPECT_EQ(signature_doubt(list, replaced(signature, "trusted comment: list", "trusted: list"), key), none);
}

TEST(ListSignature, APublicKeyIsOneAsMinisignPrintsIt) {
  EXPECT_TRUE(is_public_key(key));
  EXPECT_FALSE(is_public_key(""));
  EXPECT_FALSE(is_public_key(key + "="));
  EXPECT_FALSE(is_public_key(key.substr(1)));
  EXPECT_FALSE(is_public_key("RUQp0eM6cKeRCTJoDE5U22bu9legSngEDEscCddEKIqf7Nr3PzzqSOpM")) << "a signature's";
}

TEST(PublishedDigest, IsThatOfTheLineThatNamesTheFileOrOfTheOnlyOne) {
  const std::string a(64, 'a');
  const std::string b(64, 'b');
  const auto of = [](const std::string& text) {
    return published_digest(text, "https://lists.example/all/adult.txt");
  };
  EXPECT_EQ(of(a + "  other\n" + b + "  adult.txt\n"), b);
  EXPECT_EQ(of(a + " *adult.txt\r\n"), a) << "as sha256sum --binary prints it, with the line ends of others";
  EXPECT_EQ(of(std::string(64, 'A')), a) << "of nothing but the digest";
  EXPECT_EQ(of(a + "\n" + b + "\n"), std::nullopt) << "which of them?";
  EXPECT_EQ(of(a + "  other\n"), std::nullopt) << "of another file";
  EXPECT_EQ(of(a.substr(1) + "  adult.txt\n"), std::nullopt);
  EXPECT_EQ(of("<html>"), std::nullopt);
}

}  // namespace
}  // namespace edgewatch::config
