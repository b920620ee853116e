// The TSV tables of CONTRACT that a replay prints. Pure text, written to a stream; one thread.
#pragma once

#include "edgewatch/model/usage.hpp"
#include "edgewatch/pipeline/pipeline.hpp"
#include "edgewatch/runtime/replay.hpp"

#include <ostream>
#include <vector>

namespace edgewatch::runtime {

void print_header(std::ostream& out, Table table);
/// Those rows of `output` that belong to the table, in their order.
void print_rows(std::ostream& out, Table table, const pipeline::Output& output);

}  // namespace edgewatch::runtime
