// What was found in a frame, in words, for whoever asks (`inspect --explain`): of what the parsers gave to
// those that decide, so that nothing is read a second time in another way. Names and lengths, never payload.
// Pure but for the trace; one thread.
#pragma once

#include "edgewatch/model/sign.hpp"
#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/hello_assembler.hpp"
#include "edgewatch/wire/http.hpp"
#include "edgewatch/wire/trace.hpp"

#include <string>
#include <variant>

namespace edgewatch::observe {

/// `refused: dns-name at offset 16: ...`, with what that means.
[[nodiscard]] std::string refusal_of(const wire::DecodeError& error);
/// A sign of identity without the names that it holds.
[[nodiscard]] std::string words(const model::IdentitySign& sign);

/// What a stream that begins with TLS has come to; `bytes` are those that were read.
void note_hello(Bytes bytes, const wire::HelloState& state, wire::Trace& trace);
/// What the client's Initials have come to.
void note_quic_hello(Bytes datagram, const wire::HelloState& state, wire::Trace& trace);
/// TLS records at the front of the bytes and the handshake message in them; nothing where there are none.
void note_records(Bytes bytes, wire::Trace& trace);

using Request =
    std::variant<wire::HttpNeedMore, wire::NotHttp, wire::NoHost, net::HostName, wire::DecodeError>;
void note_request(Bytes bytes, const Request& read, wire::Trace& trace);

void note_dns(Bytes message, const Result<const wire::dns::Message*, wire::DecodeError>& parsed,
              wire::Trace& trace);

}  // namespace edgewatch::observe
