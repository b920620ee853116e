// What people's machines did on the network, told as exchanges (TIME 6.3: `EX t host up down`) and written as
// a capture: names are looked up before the first connection, connections are opened, reused while they are
// used, and closed when idle. Told in any order; frames come out in order of time. The same seed and the same
// telling give the same bytes. One thread; no clock: the start is told too.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"

#include "support/quic.hpp"
#include "support/random.hpp"
#include "support/recording.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::support {

/// One of our own machines.
struct Machine {
  net::MacAddress mac;
  net::IpAddress address;
  std::uint16_t vlan = 0;  ///< 0 for none
  auto operator<=>(const Machine&) const = default;
};

/// How the world answers for a host name; the default is a site of its own over TLS.
struct Host {
  net::IpAddress address;  ///< given from the documentation ranges, another one for each host
  net::IpAddress address_v6;
  std::vector<std::string> aliases;  ///< CNAME chain between the name and its address
  std::chrono::seconds ttl{300};
  bool quic = false;  ///< reached by HTTP/3
  QuicVersion quic_version = QuicVersion::v1;
  bool has_name = true;  ///< false: the hello carries no server_name
  /// Not empty: its HTTPS answer carries an ECH configuration of this public name, and hellos carry that name
  /// in place of the host's.
  std::string ech_public_name;
  bool esni = false;  ///< hellos carry an encrypted name and no other
};

struct StoryOptions {
  std::uint64_t seed = 1;
  Timestamp start;
  std::size_t snap_length =
      128;  ///< of bulk packets; hellos, DNS and plain HTTP heads are kept whole; 0 keeps all
  std::size_t segments_per_packet = 1;        ///< see Path
  Duration idle = std::chrono::seconds(240);  ///< after which a connection is closed
  Duration round_trip{12000};
};

class Story {
 public:
  Story(std::uint64_t seed, Timestamp start);
  explicit Story(const StoryOptions& options);

  [[nodiscard]] Timestamp at(double seconds) const;  ///< seconds after the start, to the microsecond
  [[nodiscard]] Random& random() { return random_; }
  /// Settings of a host, made at its first mention; to be changed before the story is recorded. The reference
  /// stays good.
  Host& host(const std::string& name);

  /// `up` bytes asked of `host` at `t`, `down` bytes answered; a name without a connection is looked up and
  /// connected just before.
  void exchange(const Machine& who, Timestamp t, const std::string& host, std::size_t up, std::size_t down);
  /// Bytes the server sends unasked, on the connection that is open (or opened for it).
  void push(const Machine& who, Timestamp t, const std::string& host, std::size_t down);
  /// A GET over plain HTTP/1.1 to port 80.
  void plain_http(const Machine& who, Timestamp t, const std::string& host, std::size_t down);
  /// Name looked up, connection opened, nothing said on it.
  void preconnect(const Machine& who, Timestamp t, const std::string& host);
  /// Name looked up, nothing more.
  void resolve(const Machine& who, Timestamp t, const std::string& host);
  /// Name looked up and answered with NXDOMAIN.
  void refused_name(const Machine& who, Timestamp t, const std::string& host);
  /// Connected, and reset at the hello.
  void refused_hello(const Machine& who, Timestamp t, const std::string& host);

  /// All frames, in order.
  [[nodiscard]] Recording record() const;
  /// As a pcap file. Throws std::runtime_error naming the file where it cannot be written.
  void write(const std::filesystem::path& path) const { record().write(path); }

 private:
  enum class Act : std::uint8_t {
    exchange,
    push,
    plain_http,
    preconnect,
    resolve,
    refused_name,
    refused_hello
  };
  struct Told {
    Timestamp at;
    Act act = Act::exchange;
    Machine who;
    std::string host;
    std::size_t up = 0;
    std::size_t down = 0;
  };
  class Telling;

  void tell(Told told);

  StoryOptions options_;
  Random random_;
  std::map<std::string, Host> hosts_;
  std::vector<Told> told_;
};

}  // namespace edgewatch::support
