// The Host of an HTTP/1 request (RFC 9112 section 3.2). Pure; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/net/host_name.hpp"
#include "edgewatch/wire/decode_error.hpp"

#include <variant>

namespace edgewatch::wire {

struct HttpNeedMore {};
struct NotHttp {};
/// A whole request head without a Host field.
struct NoHost {};
/// The host (without its port) of the request head that starts at the first byte, or what hinders. Where the
/// request target names an authority (absolute form, CONNECT) that is it, whatever a Host field says (RFC
/// 9112 section 3.2.2). Read as forgivingly as servers read.
[[nodiscard]] std::variant<HttpNeedMore, NotHttp, NoHost, net::HostName, DecodeError> read_http_host(
    Bytes prefix);

}  // namespace edgewatch::wire
