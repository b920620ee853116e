// The exit codes of both programs (CONTRACT, after sysexits.h). Values; any thread.
#pragma once

namespace edgewatch::runtime {

enum ExitCode : int {
  fine = 0,
  usage = 64,
  bad_input = 65,    ///< input unreadable or not authentic
  unavailable = 69,  ///< a needed thing is not there: interface, daemon
  io_error = 74,
  try_again = 75,      ///< busy
  not_permitted = 77,  ///< not permitted, or refused by a guard
  bad_configuration = 78,
};

}  // namespace edgewatch::runtime
