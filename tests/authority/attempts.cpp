// Attempts to read what is kept of a person without leave (ARCHITECTURE D5, law). None of them compiles but
// the first, which is how it is done.
#include "edgewatch/evidence/cases.hpp"
#include "edgewatch/store/ledger.hpp"

using namespace edgewatch;

[[maybe_unused]] static void attempt(const store::Ledger& ledger, const model::PersonId& person,
                                     const model::DateRange& period, const model::CaseAuthority& authority,
                                     const model::AccessRequest& request) {
#if ATTEMPT == 0
  static_cast<void>(ledger.usage(authority, period));
  static_cast<void>(request);
#elif ATTEMPT == 1  // for nothing
  static_cast<void>(ledger.usage(period));
#elif ATTEMPT == 2  // for a name
  static_cast<void>(ledger.usage(person, period));
#elif ATTEMPT == 3  // for an authority of one's own making
  static_cast<void>(ledger.usage(model::CaseAuthority(authority.reference(), person, period), period));
#elif ATTEMPT == 4  // for a plain leave
  static_cast<void>(ledger.usage(model::Leave(person, period), period));
#elif ATTEMPT == 5  // for a subject access of one's own making
  static_cast<void>(ledger.usage(model::SubjectAccess(request, period), period));
#elif ATTEMPT == 6  // for an authority about nobody, to be filled in
  static_cast<void>(ledger.usage(model::CaseAuthority(), period));
#elif ATTEMPT == 7  // by calling oneself a leave
  struct Mine : model::Leave {
    Mine(const model::PersonId& who, const model::DateRange& when) : Leave(who, when) {}
  };
  static_cast<void>(ledger.usage(Mine(person, period), period));
#elif ATTEMPT == 8  // somebody else's exclusions, by the same way
  static_cast<void>(ledger.exclusions(person, period));
#elif ATTEMPT == 9  // of a case's record
  static_cast<void>(ledger.bindings(ledger.cases().front(), period));
#endif
}
