#include "radius_listener.hpp"

#include "listen_address.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace edgewatch::runtime {
namespace {

using boost::asio::ip::udp;

enum : std::uint8_t { attribute_proxy_state = 33 };
constexpr std::size_t header_size = 20;
constexpr std::size_t authenticator_at = 4;
constexpr std::size_t most_answered = 1024;

}  // namespace

std::optional<std::vector<std::uint8_t>> accounting_response(Bytes request, std::string_view secret) {
  ByteReader reader(request);
  reader.skip(1);
  const std::uint8_t identifier = reader.u8();
  const std::size_t length = reader.u16();
  std::vector<std::uint8_t> out{static_cast<std::uint8_t>(wire::radius::Code::accounting_response),
                                identifier, 0, 0};
  const Bytes authenticator = reader.take(header_size - authenticator_at);
  out.insert(out.end(), authenticator.begin(), authenticator.end());
  while (reader.ok() && reader.offset() + 2 <= length) {
    const std::uint8_t type = reader.u8();
    const std::uint8_t size = reader.u8();
    const Bytes value = reader.take(size < 2 ? 0 : size - 2U);
    if (!reader.ok() || type != attribute_proxy_state) continue;
    out.push_back(type);
    out.push_back(size);
    out.insert(out.end(), value.begin(), value.end());
  }
  if (!reader.ok()) return std::nullopt;
  out[2] = static_cast<std::uint8_t>(out.size() >> 8U);
  out[3] = static_cast<std::uint8_t>(out.size());
  std::vector<std::uint8_t> signed_text = out;
  signed_text.insert(signed_text.end(), secret.begin(), secret.end());
  if (EVP_Digest(signed_text.data(), signed_text.size(), out.data() + authenticator_at, nullptr, EVP_md5(),
                 nullptr) != 1)
    return std::nullopt;
  return out;
}

RadiusListener::RadiusListener(boost::asio::io_context& context, const net::Endpoint& at,
                               const std::vector<config::RadiusClient>& clients, Take take, Refuse refuse)
    : socket_(context), clients_(clients), take_(std::move(take)), refuse_(std::move(refuse)) {
  const udp::endpoint here(to_asio(at.address), at.port);
  boost::system::error_code error;
  socket_.open(here.protocol(), error);
  if (!error) socket_.bind(here, error);
  if (error)
    throw std::runtime_error(fmt::format("RADIUS on {}: {}", to_string(at), why_not_listening(error)));
  receive();
}

void RadiusListener::receive() {
  socket_.async_receive_from(boost::asio::buffer(buffer_), sender_,
                             [this](boost::system::error_code error, std::size_t size) {
                               if (error == boost::asio::error::operation_aborted) return;
                               if (!error) handle(Bytes(buffer_.data(), size));
                               receive();
                             });
}

void RadiusListener::handle(Bytes packet) {
  const net::IpAddress from = from_asio(sender_.address());
  const auto client = std::ranges::find(clients_, from, &config::RadiusClient::address);
  if (client == clients_.end()) return refuse_("sender is not listed");
  const auto said = wire::radius::parse(packet);
  if (!said || said->code != wire::radius::Code::accounting_request) return refuse_("no accounting request");
  if (!wire::radius::is_authentic_request(packet, client->secret)) return refuse_("wrong secret");
  const Answered mark{sender_, said->identifier, said->authenticator};
  if (std::ranges::find(answered_, mark) == answered_.end()) {
    if (!take_(*said, from)) return;
    answered_.push_back(mark);
    if (answered_.size() > most_answered) answered_.pop_front();
  } else {
    refuse_("sent again");
  }
  const auto response = accounting_response(packet, client->secret);
  boost::system::error_code unsent;  // the sender tries again
  if (response) socket_.send_to(boost::asio::buffer(*response), sender_, 0, unsent);
}

}  // namespace edgewatch::runtime
