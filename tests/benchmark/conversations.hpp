// The kinds of conversation that the benchmark captures are made of. Each adds what it will truly say to the
// stage's truth when it is made. One thread.
#pragma once

#include "traffic.hpp"

#include <cstdint>
#include <vector>

namespace edgewatch::benchmark {

/// Who speaks about what.
struct Cast {
  std::size_t client = 0;
  std::size_t name = 0;
  bool v6 = false;
  Duration rtt{20000};  ///< from here to the server and back
};

/// Chances of what makes a sensor's life hard; all 0 gives a clean connection.
struct Mishaps {
  double hello_out_of_order = 0;
  double hello_sent_again = 0;    ///< half of them before the server's acknowledgement, half after it
  double segment_sent_again = 0;  ///< of each full segment of the server
};

/// A TCP connection that opens, says its first flight, answers, carries `full_segments` of the server and
/// closes.
class TcpConversation : public Conversation {
 public:
  struct Content {
    bool http = false;  ///< plain HTTP on port 80; else TLS on port 443
    Stage::Size hello = Stage::Size::post_quantum;
    std::size_t certificate = 3500;  ///< of the server's first flight; 0: a small ServerHello alone
    std::size_t exchanges = 0;       ///< small requests with small responses, before the full segments
    std::size_t full_segments = 0;
    Duration wait{0};  ///< before the first packet: the names are being looked up
  };
  TcpConversation(Stage& stage, const Cast& cast, const Content& content, const Mishaps& mishaps);
  std::optional<Timestamp> speak(Timestamp at, PacketWriter& out) override;

 private:
  enum class Side : std::uint8_t { client, server };
  struct Said {
    Duration after{0};
    Side side = Side::client;
    std::uint8_t flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    support::Buffer payload;
  };
  void say(Duration after, Side side, std::uint8_t flags, support::Buffer payload = {});
  void say_in_segments(Duration after, Side side, Bytes bytes);
  void acknowledge(Side side);
  void open();
  void exchange_first_flights(const Content& content, const Mishaps& mishaps);
  void exchange_small(std::size_t times);
  void close();
  std::optional<Timestamp> speak_bulk(Timestamp at, PacketWriter& out);
  void send(Timestamp at, PacketWriter& out, const Said& said) const;

  Stage& stage_;
  Ends ends_;
  Duration rtt_;
  Duration wait_;
  bool http_ = false;
  std::size_t segment_;  ///< bytes of a full one
  double segment_sent_again_ = 0;
  std::size_t full_segments_ = 0;
  std::size_t sent_segments_ = 0;
  bool acknowledgement_due_ = false;
  std::uint32_t next_[2]{};  ///< sequence number of each side
  std::vector<Said> said_;
  std::size_t at_ = 0;
  std::size_t bulk_before_ = 0;  ///< the full segments come before this entry of `said_`
};

/// A QUIC connection whose first flight is really encrypted.
class QuicConversation : public Conversation {
 public:
  QuicConversation(Stage& stage, const Cast& cast, std::size_t exchanges, std::size_t full_datagrams,
                   Duration wait, const Mishaps& mishaps);
  std::optional<Timestamp> speak(Timestamp at, PacketWriter& out) override;

 private:
  struct Said {
    Duration after{0};
    bool up = true;
    support::Buffer payload;
  };
  void first_flights(Stage& stage, const Cast& cast, const Mishaps& mishaps);
  std::optional<Timestamp> speak_bulk(Timestamp at, PacketWriter& out);

  Stage& stage_;
  Ends ends_;
  Duration rtt_;
  Duration wait_;
  support::Buffer server_id_;
  std::size_t full_datagrams_ = 0;
  std::size_t sent_datagrams_ = 0;
  bool acknowledgement_due_ = false;
  std::vector<Said> said_;
  std::size_t at_ = 0;
  support::Buffer datagram_;
};

/// One question and its answer, over UDP, at the resolver beyond the edge.
class DnsExchange : public Conversation {
 public:
  DnsExchange(Stage& stage, const Cast& cast, std::uint16_t type, std::size_t records, Duration answer_after);
  std::optional<Timestamp> speak(Timestamp at, PacketWriter& out) override;

 private:
  Stage& stage_;
  Ends ends_;
  std::size_t name_;
  std::uint16_t type_;
  std::uint16_t id_;
  std::uint8_t records_;
  bool asked_ = false;
  Duration answer_after_;
};

}  // namespace edgewatch::benchmark
