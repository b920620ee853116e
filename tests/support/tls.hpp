// TLS messages as a current Chromium and a current server send them (RFC 8446): the post-quantum ClientHello
// of about 1.8 kB, the server's first flight, and records that look encrypted with true sizes. Nothing here
// is a working key exchange. Functions of their arguments.
#pragma once

#include "support/byte_writer.hpp"
#include "support/random.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::support {

enum class Transport : std::uint8_t { tcp, quic };
enum class ExtensionOrder : std::uint8_t { shuffled, fixed };
enum class KeyShare : std::uint8_t {
  post_quantum,
  classic
};  ///< X25519MLKEM768 beside X25519, or X25519 alone
enum class Ech : std::uint8_t {
  grease,  ///< one in earnest looks just like it
  none,
  esni,  ///< the draft before ECH: its extension stands in place of the name
};

struct HelloOptions {
  std::string server_name;  ///< no extension when empty
  std::vector<std::string> alpn = {"h2", "http/1.1"};
  Transport transport =
      Transport::tcp;  ///< quic: transport parameters, no session id, TLS 1.3 suites only (RFC 9001 8)
  KeyShare key_share = KeyShare::post_quantum;
  ExtensionOrder order = ExtensionOrder::shuffled;
  Ech ech = Ech::grease;
};

/// A whole handshake message of type client_hello, its four-byte header included.
[[nodiscard]] Buffer client_hello(const HelloOptions& options, Random& random);
/// A ServerHello that answers with X25519MLKEM768 and TLS_AES_256_GCM_SHA384, header included (RFC
/// 8446 4.1.3).
[[nodiscard]] Buffer server_hello(Transport transport, Random& random);

/// Records of `type` around `bytes`, each of at most `most` bytes of it (RFC 8446 5.1).
[[nodiscard]] Buffer tls_records(std::uint8_t type, Bytes bytes, std::uint16_t version = 0x0303,
                                 std::size_t most = 16384);
/// Application-data records that look encrypted and are together exactly `size` bytes long, headers included;
/// at least 23.
[[nodiscard]] Buffer encrypted_records(std::size_t size, Random& random);

/// What the client's side of a handshake sends after the server's flight: change_cipher_spec and Finished, 80
/// bytes (TIME 2.1).
[[nodiscard]] Buffer client_finished_flight(Random& random);
/// The server's answer in the open: ServerHello and change_cipher_spec.
[[nodiscard]] Buffer server_hello_flight(Random& random);
/// The rest of its first flight, encrypted: EncryptedExtensions, a certificate chain of `certificate` bytes,
/// its proof, Finished.
[[nodiscard]] Buffer server_encrypted_flight(std::size_t certificate, Random& random);

}  // namespace edgewatch::support
