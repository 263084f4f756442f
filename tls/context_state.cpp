#include "tls/context_state.hpp"

#include "base/assert.hpp"

namespace fairway::tls {

namespace {

void free_state(void*, void* state, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<const ContextState*>(state);
}

int state_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_state);
    return index;
}

}  // namespace

ContextState::~ContextState() {
    OPENSSL_cleanse(settings.session_ticket_key.data(), settings.session_ticket_key.size());
}

void attach_state(SSL_CTX& context, std::unique_ptr<const ContextState> state) {
    const bool stored = SSL_CTX_set_ex_data(&context, state_index(), const_cast<ContextState*>(state.get())) == 1;
    FAIRWAY_ASSERT(stored, "a slot of SSL_CTX was reserved for the state");
    static_cast<void>(state.release());
}

const ContextState& state_of(const SSL_CTX& context) {
    return *static_cast<const ContextState*>(SSL_CTX_get_ex_data(&context, state_index()));
}

const ContextState& state_of(const SSL& session) { return state_of(*SSL_get_SSL_CTX(&session)); }

}  // namespace fairway::tls
