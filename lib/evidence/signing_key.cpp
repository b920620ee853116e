#include "edgewatch/evidence/signing_key.hpp"

#include "edgewatch/base/write_all.hpp"

#include "sha256.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::evidence {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free_all)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

constexpr std::size_t longest_pem = 4096;

[[noreturn]] void cannot_keep(const std::filesystem::path& file) {
  throw store::StoreError(74, fmt::format("{}: {}; the key that signs the audit chain must be kept there",
                                          file.string(), std::strerror(errno)));
}

[[noreturn]] void no_openssl() {
  throw std::runtime_error("Ed25519 is not available from OpenSSL; nothing can be signed");
}

std::shared_ptr<void> owned(EVP_PKEY* key) {
  return {key, [](void* held) { EVP_PKEY_free(static_cast<EVP_PKEY*>(held)); }};
}

EVP_PKEY* key_of(const std::shared_ptr<void>& held) { return static_cast<EVP_PKEY*>(held.get()); }

std::string text_in(BIO* memory) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

Key made() {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free);
  if (!key) no_openssl();
  return key;
}

/// Under its name only once it is whole and on the disk; what has the name already is never written over.
void keep(EVP_PKEY* key, const std::filesystem::path& file) {
  const Memory memory(BIO_new(BIO_s_secmem()), &BIO_free_all);
  if (!memory || PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    no_openssl();
  std::string text = text_in(memory.get());
  std::string draft = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);  // made 0600
  if (descriptor < 0) cannot_keep(file);
  bool kept = write_all(descriptor, text) && ::fsync(descriptor) == 0;
  OPENSSL_cleanse(text.data(), text.size());
  ::close(descriptor);
  kept = kept && ::link(draft.c_str(), file.c_str()) == 0;
  const int reason = errno;
  ::unlink(draft.c_str());
  errno = reason;
  if (!kept) cannot_keep(file);
  // The name is on the disk once its folder is.
  const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

/// Nothing where there is no such file.
Key read(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0 && errno == ENOENT) return {nullptr, &EVP_PKEY_free};
  if (descriptor < 0) cannot_keep(file);
  struct stat status {};
  std::string text(longest_pem, '\0');
  const bool known = ::fstat(descriptor, &status) == 0;
  const ssize_t size = ::read(descriptor, text.data(), text.size());
  ::close(descriptor);
  constexpr mode_t others = 077;
  if (!known || !S_ISREG(status.st_mode) || (status.st_mode & others) != 0) {
    throw store::StoreError(
        78, fmt::format("{}: others than the daemon may read the key that signs the audit chain; chmod 600 "
                        "it, and move it away for a new one where somebody may have read it",
                        file.string()));
  }
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  const Memory memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free_all);
  Key key(memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr) : nullptr,
          &EVP_PKEY_free);
  OPENSSL_cleanse(text.data(), text.size());
  ERR_clear_error();
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    throw store::StoreError(
        78, fmt::format("{}: is no Ed25519 key; put the daemon's back from where you keep it, or move this "
                        "file away: then another key is made, and the audit chain says so",
                        file.string()));
  }
  return key;
}

std::shared_ptr<void> obtain(const std::filesystem::path& file, SigningKey::Origin& origin) {
  Key key = file.empty() ? made() : read(file);
  if (!key) {
    key = made();
    keep(key.get(), file);
    origin = SigningKey::Origin::made;
  }
  return owned(key.release());
}

PublicKey public_half(const std::shared_ptr<void>& key) {
  PublicKey::Raw raw{};
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key_of(key), raw.data(), &size) != 1 || size != raw.size()) no_openssl();
  return PublicKey(raw);
}

}  // namespace

std::optional<PublicKey> PublicKey::parse(std::string_view pem) {
  if (pem.size() > longest_pem) return std::nullopt;
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all);
  const Key key(memory ? PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr) : nullptr,
                &EVP_PKEY_free);
  ERR_clear_error();
  if (!key || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) return std::nullopt;
  Raw raw{};
  std::size_t size = raw.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &size) != 1 || size != raw.size())
    return std::nullopt;
  return PublicKey(raw);
}

std::string PublicKey::pem() const {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw_.data(), raw_.size()),
                &EVP_PKEY_free);
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free_all);
  if (!key || !memory || PEM_write_bio_PUBKEY(memory.get(), key.get()) != 1) no_openssl();
  return text_in(memory.get());
}

std::string PublicKey::fingerprint() const { return hex(Bytes(sha256({raw_})).first(16)); }

bool PublicKey::verifies(Bytes message, const Signature& signature) const {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw_.data(), raw_.size()),
                &EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool good =
      key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) ==
          1;
  ERR_clear_error();
  return good;
}

SigningKey::SigningKey(const std::filesystem::path& file)
    : key_(obtain(file, origin_)), public_key_(public_half(key_)) {}

Signature SigningKey::sign(Bytes message) const {
  Signature signature{};
  std::size_t size = signature.size();
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_of(key_)) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1 ||
      size != signature.size())
    no_openssl();
  return signature;
}

}  // namespace edgewatch::evidence
