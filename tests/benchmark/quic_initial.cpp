// What it costs to find a name in a client's first QUIC flight: keys from the connection id, header
// protection, AES-GCM, CRYPTO frames put in order, ClientHello read. CPU microseconds of one thread.
#include "edgewatch/wire/hello_assembler.hpp"

#include "support/quic.hpp"
#include "support/random.hpp"
#include "support/tls.hpp"

#include <algorithm>
#include <ctime>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace edgewatch;

constexpr std::size_t flows = 4000;
constexpr int rounds = 9;

using Flight = std::vector<support::Buffer>;

std::vector<Flight> flights(support::KeyShare share, std::size_t pieces) {
  support::Random random(7);
  std::vector<Flight> out;
  for (std::size_t i = 0; i < flows; ++i) {
    support::HelloOptions hello;
    hello.server_name = fmt::format("host-{}.site.example", i);
    hello.alpn = {"h3"};
    hello.transport = support::Transport::quic;
    hello.key_share = share;
    support::QuicHelloOptions options;
    options.destination = random.bytes(8);
    options.datagram = 1250;
    options.pieces = pieces;
    out.push_back(support::client_initials(support::client_hello(hello, random), options, random));
  }
  return out;
}

/// Names found.
std::size_t read_all(const std::vector<Flight>& all) {
  std::size_t found = 0;
  for (const Flight& flight : all) {
    wire::QuicHello quic;
    for (const auto& datagram : flight) {
      const wire::HelloState state = quic.add(datagram);
      if (const auto* hello = std::get_if<wire::ClientHello>(&state)) found += hello->server_name ? 1 : 0;
    }
  }
  return found;
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Prints `what`, microseconds a flow and a datagram: the median of the rounds.
bool measure(const char* what, const std::vector<Flight>& all) {
  std::vector<double> times;
  bool complete = true;
  for (int round = 0; round < rounds; ++round) {
    const double began = cpu_seconds();
    complete = read_all(all) == all.size() && complete;
    times.push_back((cpu_seconds() - began) * 1e6 / static_cast<double>(all.size()));
  }
  std::sort(times.begin(), times.end());
  std::size_t datagrams = 0;
  for (const Flight& flight : all) datagrams += flight.size();
  const double a_flow = times[times.size() / 2];
  fmt::print("{}\t{:.3f}\t{:.3f}\n", what, a_flow,
             a_flow * static_cast<double>(all.size()) / static_cast<double>(datagrams));
  if (!complete) fmt::print(stderr, "bench-quic: {}: not every name was found\n", what);
  return complete;
}

}  // namespace

int main() {
  const bool whole = measure("one-datagram", flights(support::KeyShare::classic, 1));
  const bool shuffled = measure("post-quantum", flights(support::KeyShare::post_quantum, 20));
  return whole && shuffled ? 0 : 1;
}
