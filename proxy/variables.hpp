// Texts with variables, filled in for one request: what annotations such as upstream-vhost and auth-url hold.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "proxy/access_log/log_text.hpp"
#include "proxy/request_record.hpp"
#include "routing/text_template.hpp"

namespace fairway::proxy {

/// A variable without a value gives nothing, as in nginx. CR, LF and NUL never come out: a value becomes part of a field or
/// of a URL. The record's views must be valid.
/// @param groups  $1, $2 …; those that are missing give nothing.
std::string expand(const routing::TextTemplate& text, const RequestRecord& record,
                   std::span<const std::string_view> groups = {});
/// The same, appended to `out`, which allocates only what it grows.
void expand(const routing::TextTemplate& text, const RequestRecord& record, LogText& out,
            std::span<const std::string_view> groups = {});

}  // namespace fairway::proxy
