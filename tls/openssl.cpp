#include "tls/openssl.hpp"

namespace fairway::tls {

std::string take_openssl_reason() {
    const unsigned long code = ERR_peek_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    std::string words = reason == nullptr ? "unknown reason" : reason;
    ERR_clear_error();
    return words;
}

}  // namespace fairway::tls
