// The memory of one request in progress. Taken from the worker when a request head arrives and given back after the
// response, so that idle connections hold none of it and busy ones allocate nothing.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "proxy/http/message.hpp"
#include "proxy/http/out_buffer.hpp"
#include "proxy/io/buffer_pool.hpp"
#include "proxy/rate_limit_table.hpp"
#include "proxy/request_record.hpp"
#include "proxy/snapshot_ref.hpp"
#include "proxy/tracing/trace_context.hpp"
#include "proxy/upstream_request.hpp"

namespace fairway::proxy {

class Inspection;  // filters/modsecurity.hpp
struct EndInspection {
    void operator()(Inspection* inspection) const noexcept;
};

struct Exchange {
    SnapshotRef snapshot;    ///< pinned for the whole request
    io::Buffer head_buffer;  ///< what `request` points into
    RequestHead request;
    io::Buffer response_head_buffer;  ///< what `response` points into, kept when the access log wants its fields
    ResponseHead response;
    OutBuffer upstream_head;
    OutBuffer downstream_head;
    ForwardedValues forwarded;
    RequestEdits request_edits;  ///< what the endpoint gets in place of what the client sent
    FieldEdits response_edits;   ///< what the client gets in place of what the endpoint sent
    /// As response_edits, but only for statuses that nginx's add_header knows: 200, 201, 204, 206, 301 to 304, 307, 308.
    FieldEdits good_response_edits;
    /// Normalised. Until the first step that waits, as it may be in memory of the worker.
    std::string_view path;
    /// What the pattern of the route's location found in `path`; all empty where it has none.
    routing::RegexGroups path_groups;
    bool add_slash = false;      ///< the route is that of the path with a final slash (RouteTable::Match)
    std::string session_cookie;  ///< Set-Cookie of an endpoint that was chosen anew; empty: none
    LimitedRequest limited;      ///< while it counts against limit-connections
    RequestRecord record;
    TraceContext trace;               ///< when `record` points to it
    std::array<char, 256> host;       ///< $host, lower-cased
    std::array<char, 32> request_id;  ///< when the client brought none
    /// ModSecurity's view of the request, on routes that have it. Its rules are of `snapshot`, so it ends before that.
    std::unique_ptr<Inspection, EndInspection> inspection;

    void clear() noexcept {
        inspection.reset();
        snapshot = SnapshotRef{};
        head_buffer = io::Buffer{};
        response_head_buffer = io::Buffer{};
        request.fields.clear();
        response.fields.clear();
        upstream_head.clear();
        downstream_head.clear();
        request_edits.clear();
        response_edits.clear();
        good_response_edits.clear();
        path = {};
        path_groups = {};
        add_slash = false;
        session_cookie.clear();
        limited.release();
        record.clear();
    }
};

}  // namespace fairway::proxy
