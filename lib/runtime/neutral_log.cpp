#include "neutral_log.hpp"

#include "edgewatch/base/text.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>
#include <spdlog/details/log_msg.h>

namespace edgewatch::runtime {
namespace {

constexpr std::size_t longest = 4096;

class NeutralFormatter final : public spdlog::formatter {
 public:
  explicit NeutralFormatter(std::unique_ptr<spdlog::formatter> inner) : inner_(std::move(inner)) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string_view said(message.payload.data(), message.payload.size());
    std::string text = terminal_text(said.substr(0, longest));
    if (said.size() > longest || text.size() > longest) {
      text = terminal_text(text.substr(0, longest));  // a character that was cut in two is told as bytes
      text += fmt::format(" ... ({} bytes in all)", said.size());
    }
    spdlog::details::log_msg neutral = message;
    neutral.payload = spdlog::string_view_t(text.data(), text.size());
    inner_->format(neutral, out);
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<NeutralFormatter>(inner_->clone());
  }

 private:
  std::unique_ptr<spdlog::formatter> inner_;
};

}  // namespace

std::unique_ptr<spdlog::formatter> neutral_formatter(std::unique_ptr<spdlog::formatter> inner) {
  return std::make_unique<NeutralFormatter>(std::move(inner));
}

}  // namespace edgewatch::runtime
