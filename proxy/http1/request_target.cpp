#include "proxy/http1/request_target.hpp"

#include "base/ascii.hpp"
#include "proxy/http/authority.hpp"

namespace fairway::proxy::http1 {

namespace {

void set_origin_form(RequestHead& head, std::string_view origin_form) noexcept {
    head.origin_form = origin_form;
    const auto question = origin_form.find('?');
    head.path = origin_form.substr(0, question);
    head.query = question == std::string_view::npos ? std::string_view{} : origin_form.substr(question + 1);
}

/// Without the scheme and "://", or empty when the target does not begin with http:// or https://.
std::string_view after_scheme(std::string_view target) noexcept {
    for (const std::string_view scheme : {"http://", "https://"})
        if (target.size() > scheme.size() && ascii::iequals(target.substr(0, scheme.size()), scheme))
            return target.substr(scheme.size());
    return {};
}

HeadError parse_absolute_form(RequestHead& head) noexcept {
    const auto rest = after_scheme(head.target);
    if (rest.empty()) return HeadError::bad_target;
    const auto slash = rest.find_first_of("/?");
    head.authority = rest.substr(0, slash);
    // Refuses user information too: '@' stands in no host (RFC 9110 section 4.2.4).
    if (!is_valid_authority(head.authority)) return HeadError::bad_target;
    if (slash != std::string_view::npos) {
        // "http://host?query" would have to be forwarded as "/?query", which is nowhere in the target. No client sends it.
        if (rest[slash] == '?') return HeadError::bad_target;
        set_origin_form(head, rest.substr(slash));
    } else if (head.method == Method::options) {
        // RFC 9112 section 3.2.4: OPTIONS for a whole server becomes asterisk-form at the last proxy.
        set_origin_form(head, "*");
        head.path = "/";
    } else {
        set_origin_form(head, "/");
    }
    return HeadError::none;
}

}  // namespace

HeadError parse_request_target(RequestHead& head) noexcept {
    // Authority-form belongs to CONNECT, and Fairway is no forward proxy.
    if (head.method == Method::connect) return HeadError::bad_target;
    if (head.target.front() == '/') {
        set_origin_form(head, head.target);
        return HeadError::none;
    }
    if (head.target == "*") {
        if (head.method != Method::options) return HeadError::bad_target;
        head.origin_form = head.target;
        head.path = "/";
        return HeadError::none;
    }
    return parse_absolute_form(head);
}

}  // namespace fairway::proxy::http1
