#include "run_command.hpp"

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

std::string trouble(const std::vector<std::string>& command, std::chrono::seconds patience = 60s,
                    bool give_up = false) {
  return run_command(command, patience, std::atomic<bool>(give_up)).trouble;
}

TEST(RunCommand, SaysHowItEnded) {
  EXPECT_EQ(trouble({"/bin/true"}), "");
  EXPECT_EQ(trouble({"/bin/sh", "-c", "exit 3"}), "exit code 3");
  EXPECT_EQ(trouble({"/bin/sh", "-c", "kill -9 $$"}), "ended by signal 9");
  EXPECT_EQ(trouble({"/no/such/program"}), "No such file or directory");
}

TEST(RunCommand, EndsWhatTakesTooLongWithAllThatItStarted) {
  EXPECT_EQ(trouble({"/bin/sh", "-c", "sleep 300 & wait"}, 0s), "no end within 0 s");
  EXPECT_EQ(trouble({"/bin/sleep", "300"}, 300s, true), "ended, for we stop");
}

}  // namespace
}  // namespace edgewatch::runtime
