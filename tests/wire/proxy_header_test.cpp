#include "edgewatch/wire/proxy_header.hpp"

#include "protocol_builders.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using test::Buffer;
using test::Exact;
using test::hex;
using test::view;

std::size_t length(Bytes stream) { return proxy_header_length(Exact(stream)); }

TEST(ProxyHeader, LineOfVersionOneEndsWithItsCrLf) {
  EXPECT_EQ(length(view("PROXY TCP4 198.51.100.7 192.0.2.1 50000 443\r\nGET / HTTP/1.1\r\n")), 45U);
  EXPECT_EQ(length(view("PROXY UNKNOWN\r\n")), 15U);
  EXPECT_EQ(length(view("PROXY TCP4 198.51.100.7 192.0.2.1 50000 443")), 0U);
  EXPECT_EQ(length(view("PROXY " + std::string(100, 'x') + "\r\n")), 0U);
  EXPECT_EQ(length(view("GET / HTTP/1.1\r\n")), 0U);
  EXPECT_EQ(length({}), 0U);
}

TEST(ProxyHeader, VersionTwoHasALength) {
  const Buffer header = hex("0d0a0d0a000d0a515549540a 21 11 000c c6336407 c0000201 c350 01bb");
  Buffer stream = header;
  stream.push_back(22);
  EXPECT_EQ(length(stream), header.size());
  for (std::size_t cut = 0; cut < header.size(); ++cut) EXPECT_EQ(length(Bytes(header).first(cut)), 0U);
  stream[12] = 0x31;
  EXPECT_EQ(length(stream), 0U);
}

}  // namespace
}  // namespace edgewatch::wire
