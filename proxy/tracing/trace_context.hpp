// W3C Trace Context: which trace a request belongs to, and how field traceparent says so.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/http/field.hpp"
#include "routing/policy/tracing.hpp"

namespace fairway::proxy {

/// What a request brought in field traceparent.
struct TraceParent {
    std::string_view trace_id;  ///< 32 lower-case hexadecimal digits, not all of them 0
    std::string_view span_id;   ///< 16 of them
    bool sampled = false;
};

/// Reads traceparent (section 3.2). Nothing when there is none, more than one, or one that a version 00 reader cannot take.
std::optional<TraceParent> find_trace_parent(const FieldList& fields) noexcept;

/// The span of one request.
struct TraceContext {
    std::array<char, 32> trace_id;
    std::array<char, 16> span_id;
    std::array<char, 16> parent_id;  ///< when `has_parent`
    bool has_parent;
    bool sampled;

    std::string_view trace_id_text() const noexcept { return {trace_id.data(), trace_id.size()}; }
    std::string_view span_id_text() const noexcept { return {span_id.data(), span_id.size()}; }
    std::string_view parent_id_text() const noexcept { return {parent_id.data(), has_parent ? parent_id.size() : 0}; }
    /// Field traceparent, for those that the request goes to.
    std::string traceparent() const;
};

/// A span of the client's trace, or the first one of a new trace.
/// @param parent  null: none, or not believed.
/// @param random  none of them 0.
TraceContext start_span(const TraceParent* parent, const routing::TraceSettings& settings,
                        const std::array<std::uint64_t, 3>& random) noexcept;

}  // namespace fairway::proxy
