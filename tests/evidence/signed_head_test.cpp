#include "edgewatch/evidence/signed_head.hpp"

#include "evidence_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace edgewatch::evidence {
namespace {

using ::testing::HasSubstr;

class Head : public Office {
 public:
  Head() {
    for (int i = 0; i < 5; ++i) audit.append(hr, Action::case_list, {}, Outcome::permitted, {}, noon);
  }
  SignedHead now() {
    const AuditTree tree = audit.tree();
    return sign(key, tree.head, tree.root, noon);
  }
  SigningKey key{folder / "audit.key"};
};

TEST_F(Head, KeyIsMadeOnceForTheDaemonAlone) {
  EXPECT_EQ(key.origin(), SigningKey::Origin::made);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "audit.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const SigningKey again(folder / "audit.key");
  EXPECT_EQ(again.origin(), SigningKey::Origin::read);
  EXPECT_EQ(again.public_key(), key.public_key());
  EXPECT_EQ(PublicKey::parse(key.public_key().pem()), key.public_key());
}

TEST_F(Head, AKeyThatOthersMayReadOrThatIsNoneIsRefused) {
  ::chmod((folder / "audit.key").c_str(), 0640);
  EXPECT_THROW(SigningKey(folder / "audit.key"), store::StoreError);
  std::ofstream(folder / "other.key") << "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  ::chmod((folder / "other.key").c_str(), 0600);
  EXPECT_THROW(SigningKey(folder / "other.key"), store::StoreError);
  EXPECT_EQ(PublicKey::parse("no key"), std::nullopt);
}

TEST_F(Head, ReadsBackAndIsTheKeysAlone) {
  const SignedHead head = now();
  EXPECT_EQ(parse_signed_head(to_string(head)), head);
  EXPECT_TRUE(verifies(key.public_key(), head));
  EXPECT_FALSE(verifies(SigningKey({}).public_key(), head));
  const std::string line = to_string(head);
  for (std::size_t at = 0; at < line.size(); ++at) {
    std::string changed = line;
    changed[at] = changed[at] == '1' ? '2' : '1';
    const auto read = parse_signed_head(changed);
    EXPECT_FALSE(read && verifies(key.public_key(), *read)) << at;
    EXPECT_FALSE(parse_signed_head(line.substr(0, at)));
  }
}

TEST_F(Head, TreeIsThatOfAllEntries) {
  const AuditTree first = audit.tree();
  audit.append(hr, Action::case_list, {}, Outcome::permitted, {}, noon);
  const AuditTree second = audit.tree();
  EXPECT_EQ(second.head, audit.head());
  AuditLog other(folder / "audit.db");
  EXPECT_EQ(other.tree().root, second.root);
  EXPECT_NE(first.root, second.root);
}

TEST_F(Head, AreFoundInWhateverTheJournalPrints) {
  const std::string line = to_string(now());
  const auto heads = heads_in("Nov 21 09:00:00 council edgewatchd[7]: audit head " + line +
                                  "\nsomething else\n" + to_string(audit.head()) + "\n\n" + line + "\r\n",
                              key.public_key());
  EXPECT_EQ(heads.fault, "");
  EXPECT_EQ(heads.of_the_key.size(), 2U);
  EXPECT_EQ(heads.unsigned_ones.size(), 1U);
  EXPECT_THAT(heads_in("nothing", key.public_key()).fault, HasSubstr("no head"));
  EXPECT_THAT(heads_in(line.substr(0, 100), key.public_key()).fault, HasSubstr("line 1"));
  EXPECT_THAT(heads_in("\n" + line, SigningKey({}).public_key()).fault, HasSubstr("line 2"));
}

}  // namespace
}  // namespace edgewatch::evidence
