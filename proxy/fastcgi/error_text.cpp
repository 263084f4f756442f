#include "proxy/fastcgi/error_text.hpp"

#include "base/ascii.hpp"
#include "base/line_limit.hpp"
#include "base/log.hpp"

namespace fairway::proxy::fastcgi {

void ErrorText::add(std::string_view text) {
    const std::size_t room = kMaxBytes - text_.size();
    cut_ |= text.size() > room;
    text_.append(text.substr(0, room));
}

void ErrorText::log(const SocketAddress& endpoint, const RequestRecord& record, io::TimePoint now) {
    if (text_.empty()) return;
    thread_local log::LineLimit limit;
    if (const auto left_out = limit.admit(now)) {
        while (text_.ends_with('\n') || text_.ends_with('\r')) text_.pop_back();
        const routing::RouteOwner* const owner = record.route != nullptr ? record.route->owner.get() : nullptr;
        log::warn("fastcgi.stderr",
                  {{"endpoint", endpoint.to_string()},
                   {"ingress", owner != nullptr ? owner->ingress_namespace + "/" + owner->ingress : std::string()},
                   {"request_id", record.request_id},
                   {"text", text_ + (cut_ ? " [cut]" : "")},
                   {"left_out", *left_out}});
    }
    text_.clear();
    cut_ = false;
}

}  // namespace fairway::proxy::fastcgi
