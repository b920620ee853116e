#include "edgewatch/wire/http.hpp"

#include "protocol_builders.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using namespace test;

/// What came out, in one word or the host itself.
std::string read(std::string_view text) {
  const Exact copy(view(text));
  const auto outcome = read_http_host(copy);
  if (std::holds_alternative<HttpNeedMore>(outcome)) return "(more)";
  if (std::holds_alternative<NotHttp>(outcome)) return "(not http)";
  if (std::holds_alternative<NoHost>(outcome)) return "(no host)";
  if (const auto* error = std::get_if<DecodeError>(&outcome))
    return "(" + std::string(to_string(error->kind)) + ")";
  return std::get<net::HostName>(outcome).text();
}
std::string with_fields(std::string_view fields) {
  return "GET / HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}

TEST(HttpHost, IsReadWithoutItsPort) {
  EXPECT_EQ(read(with_fields("Host: WWW.Photo.example\r\n")), "www.photo.example");
  EXPECT_EQ(read(with_fields("Accept: */*\r\nhOST:www.photo.example:8080 \t\r\n")), "www.photo.example");
  EXPECT_EQ(read(with_fields("Host: www.photo.example.:\r\n")), "www.photo.example");
}

TEST(HttpHost, MayBeAnAddress) {
  EXPECT_EQ(read(with_fields("Host: 192.0.2.7:80\r\n")), "192.0.2.7");
  EXPECT_EQ(read(with_fields("Host: [2001:db8::7]:80\r\n")), "2001\\058db8\\058\\0587");
  const auto outcome = read_http_host(view(with_fields("Host: [2001:db8::7]\r\n")));
  EXPECT_TRUE(std::get<net::HostName>(outcome).is_ip_literal());
  EXPECT_EQ(read(with_fields("Host: [2001:db8::7\r\n")), "(http-host)");
  EXPECT_EQ(read(with_fields("Host: [photo.example]\r\n")), "(http-host)");
}

TEST(HttpHost, AnyMethodAndTargetWillDo) {
  EXPECT_EQ(read("M-SEARCH * HTTP/1.1\r\nHost: a.example\r\n\r\n"), "a.example");
  EXPECT_EQ(read("OPTIONS * HTTP/1.0\r\nHost: a.example\r\n\r\n"), "a.example");
  EXPECT_EQ(read("GET / HTTP/1.0.8\r\nHost: a.example\r\n\r\n"), "a.example");
  EXPECT_EQ(read("POST /a?b=c HTTP/1.1\nHost: a.example\n\n"), "a.example");
  EXPECT_EQ(read("\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), "a.example");
}

TEST(HttpHost, TheTargetsAuthorityCountsWhateverTheHostFieldSays) {
  EXPECT_EQ(read("GET http://u:p@Proxy.example:81/x HTTP/1.0\r\n\r\n"), "proxy.example");
  EXPECT_EQ(read("CONNECT www.photo.example:443 HTTP/1.1\r\n\r\n"), "www.photo.example");
  EXPECT_EQ(read("GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n"), "a.example");
  EXPECT_EQ(read("CONNECT a.example:443 HTTP/1.1\r\nHost: b.example\r\n\r\n"), "a.example");
  EXPECT_EQ(read("CONNECT a HTTP/1.1\r\nHost: b.example\r\n\r\n"), "b.example");
  EXPECT_EQ(read("GET /?u=http://a.example/ HTTP/1.0\r\n\r\n"), "(no host)");
  EXPECT_EQ(read(with_fields("")), "(no host)");
  EXPECT_EQ(read(with_fields("Host:\r\n")), "(no host)");
}

TEST(HttpHost, TwoFieldsMustAgree) {
  EXPECT_EQ(read(with_fields("Host: a.example\r\nHost: A.example\r\n")), "a.example");
  EXPECT_EQ(read(with_fields("Host: a.example\r\nHost: b.example\r\n")), "(http-host)");
  EXPECT_EQ(read(with_fields("Host: a.example\r\nHost:\r\n")), "(http-host)");
}

TEST(HttpHost, WhatServersReadDifferentlyIsRefused) {
  EXPECT_EQ(read(with_fields("Host: a.example\r\n b.example\r\n")), "(http-request)");
  EXPECT_EQ(read(with_fields("Host : a.example\r\n")), "(http-request)");
  EXPECT_EQ(read(with_fields("X: 1\rHost: b.example\r\nHost: a.example\r\n")), "(http-request)");
  EXPECT_EQ(read(with_fields(std::string_view("Host: a.example\0b.example\r\n", 27))), "(http-request)");
  for (const char* host : {"a.example/b", "u@a.example", "a.example,b.example", "a b", "a.example:80:81",
                           "a.example:x", "a..example"})
    EXPECT_EQ(read(with_fields("Host: " + std::string(host) + "\r\n")), "(http-host)") << host;
}

TEST(HttpHost, OddBytesAreKeptEscaped) {
  EXPECT_EQ(read(with_fields("Host: caf\xc3\xa9.example\r\n")), "caf\\195\\169.example");
}

TEST(HttpHost, OtherProtocolsAreNotHttp) {
  for (const std::string_view text :
       {std::string_view("HTTP/1.1 200 OK\r\n"), std::string_view("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        std::string_view("SSH-2.0-OpenSSH\r\n"), std::string_view("\x16\x03\x01\x02", 4),
        std::string_view("OPTIONS * RTSP/1.0\r\n"), std::string_view("GET /\r\n"),
        std::string_view("GET  HTTP/1.1\r\n"), std::string_view("GET /a b HTTP/1.1\r\n"),
        std::string_view("EHLO a.example\r\n"), std::string_view("GET / HTTP/2.0\r\n"),
        std::string_view("GET /\x01")})
    EXPECT_EQ(read(text), "(not http)") << text;
  EXPECT_EQ(read(std::string(1025, 'A')), "(not http)");
}

TEST(HttpHost, WhatServersStepOverIsSteppedOver) {
  const std::string rest = "\r\nHost: a.example\r\n\r\n";
  for (const std::string line :
       {"GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/1.10", "\nGET / HTTP/1.1",
        "\r\n\n\r\n\r\n\r\nGET / HTTP/1.1", "AMETHODOFMORETHANTHIRTYTWOLETTERSASNGINXTAKES / HTTP/1.1"})
    EXPECT_EQ(read(line + rest), "a.example") << line;
}

TEST(HttpHost, EveryCutAsksForMore) {
  const std::string request =
      "GET /index.html HTTP/1.1\r\nAccept: */*\r\nHost: www.photo.example:80\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < request.size(); ++size)
    EXPECT_EQ(read(request.substr(0, size)), "(more)") << size;
  EXPECT_EQ(read(request + "body\x01"), "www.photo.example");
}

TEST(HttpHost, AHeadIsReadUpToItsLimit) {
  const std::string field = "X: " + std::string(1000, 'x') + "\r\n";
  std::string fields;
  for (int i = 0; i < 15; ++i) fields += field;
  EXPECT_EQ(read(with_fields(fields + "Host: a.example\r\n")), "a.example");
  fields += field;
  EXPECT_EQ(read(with_fields(fields + field + "Host: a.example\r\n")), "(http-request)");
}

}  // namespace
}  // namespace edgewatch::wire
