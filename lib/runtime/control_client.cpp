#include "edgewatch/runtime/control.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "control_message.hpp"

#include <iterator>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

Response unreachable(const std::filesystem::path& socket, const error_code& error) {
  Response response;
  response.reached = false;
  if (error == boost::system::errc::permission_denied) {
    response.exit_code = not_permitted;
    response.error = fmt::format(
        "edgewatch: {}: you are not a member of the group that this socket belongs to (ls -l says which); "
        "roles come from Unix groups alone, and root has none\n",
        socket.string());
  } else {
    response.exit_code = unavailable;
    response.error = fmt::format("edgewatch: {}: {}; is edgewatchd running? (systemctl status edgewatchd)\n",
                                 socket.string(), error.message());
  }
  return response;
}

}  // namespace

Response ask(const std::filesystem::path& socket, const Request& request) {
  boost::asio::io_context context;
  stream_protocol::socket connection(context);
  error_code error;
  if (socket.string().size() > 100) error = make_error_code(boost::system::errc::filename_too_long);
  if (!error) connection.connect(stream_protocol::endpoint(socket.string()), error);
  if (error) return unreachable(socket, error);
  boost::asio::write(connection, boost::asio::buffer(to_json(request) + '\n'), error);
  boost::asio::streambuf answer(longest_response);
  if (!error) boost::asio::read(connection, answer, error);
  const std::string text{std::istreambuf_iterator<char>(&answer), {}};
  if (auto response = parse_response(text)) return *response;
  return {io_error, "",
          fmt::format("edgewatch: {}: the daemon's answer broke off; try again\n", socket.string())};
}

}  // namespace edgewatch::runtime
