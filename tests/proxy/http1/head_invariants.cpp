#include "proxy/http1/head_invariants.hpp"

#include <algorithm>
#include <string>

#include "base/ascii.hpp"
#include "base/assert.hpp"
#include "proxy/http1/chunked.hpp"
#include "proxy/http1/head_parser.hpp"
#include "proxy/http1/request_head_writer.hpp"
#include "proxy/http1/response_head_writer.hpp"

namespace fairway::proxy::http1 {

namespace {

/// Written heads are longer than what came in; no limit is of interest there.
constexpr HeadLimits kNoLimits{
    .max_target_bytes = 1 << 24, .max_line_bytes = 1 << 24, .max_head_bytes = 1 << 24, .max_fields = 10000};
constexpr FieldNameRules kAllNames{.underscores = true, .ignore_invalid = false};

/// Calls parse(bytes so far, scanned) with more bytes each time until it is decided.
template <class Parse>
HeadResult parse_in_pieces(std::string_view bytes, std::size_t piece, Parse parse) {
    HeadResult result;
    std::size_t scanned = 0;
    for (std::size_t size = std::min(piece, bytes.size());; size = std::min(size + piece, bytes.size())) {
        result = parse(bytes.substr(0, size), scanned);
        if (result.error != HeadError::incomplete || size == bytes.size()) return result;
    }
}

/// In pieces, an error in a head that never ends may show later; everything else is the same.
void check_same(const HeadResult& whole, const HeadResult& pieces) {
    if (pieces.error == HeadError::incomplete) {
        FAIRWAY_ASSERT(whole.error != HeadError::none, "a head that is complete is seen in pieces too");
        return;
    }
    FAIRWAY_ASSERT((whole.error == HeadError::none) == (pieces.error == HeadError::none),
                   "pieces decide neither for nor against a head");
    FAIRWAY_ASSERT(whole.consumed == pieces.consumed, "pieces do not move the end of a head");
}

void check_fields(std::string_view bytes, const FieldList& fields) {
    const auto inside = [&](std::string_view view) {
        return view.data() >= bytes.data() && view.data() + view.size() <= bytes.data() + bytes.size();
    };
    for (const auto& field : fields) {
        FAIRWAY_ASSERT(inside(field.name) && inside(field.value), "fields are views of the buffer");
        FAIRWAY_ASSERT(!field.name.empty() && field.name.find_first_of(": \t\r\n") == field.name.npos,
                       "names are tokens");
        FAIRWAY_ASSERT(field.value.find_first_of(std::string_view("\r\n\0", 3)) == field.value.npos,
                       "values are one line");
        FAIRWAY_ASSERT(ascii::trim(field.value) == field.value, "values are trimmed");
        FAIRWAY_ASSERT(field.id == field_id(field.name), "ids belong to names");
    }
}

std::size_t count(const FieldList& fields, FieldId id) {
    return static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(), [&](const Field& field) { return field.id == id; }));
}

void check_written_request(const RequestHead& head) {
    if (head.authority.empty())
        return;  // an HTTP/1.0 request without Host gets an empty one, which no server must take
    const routing::Settings settings;
    const RequestOrigin origin{.peer = {}, .peer_text = "0.0.0.0", .local_port = 80};
    OutBuffer out;
    const auto values = forwarded_values(head, origin, settings.forwarded);
    const RequestEdits edits;
    write_request_head(out, {head, values, settings, edits}, UpstreamPersistence::keep_alive);

    RequestHead again;
    std::size_t scanned = 0;
    const auto result = parse_request_head(out.view(), scanned, kNoLimits, kAllNames, again);
    FAIRWAY_ASSERT(result.error == HeadError::none, "what is sent to an endpoint is a valid request");
    FAIRWAY_ASSERT(result.consumed == out.size(), "one request is sent for one request");
    FAIRWAY_ASSERT(again.method_text == head.method_text && again.target == head.origin_form,
                   "method and target are kept");
    FAIRWAY_ASSERT(again.framing == head.framing && again.content_length == head.content_length, "framing is kept");
    FAIRWAY_ASSERT(again.authority == head.authority && again.upgrade == head.upgrade, "host and upgrade are kept");
    FAIRWAY_ASSERT(again.accepts_trailers == (head.accepts_trailers && head.upgrade.empty()), "TE is kept");
    FAIRWAY_ASSERT(count(again.fields, FieldId::host) == 1 && count(again.fields, FieldId::proxy) == 0,
                   "one Host, no Proxy");
    FAIRWAY_ASSERT(count(again.fields, FieldId::x_forwarded_for) == 1, "the client's own X-Forwarded-For is replaced");
}

void check_written_response(const ResponseHead& head, Method method) {
    const routing::Settings settings;
    const ResponseFieldRules rules{.settings = settings, .trailers_follow = head.framing == Framing::chunked};
    const bool closes = head.framing == Framing::until_close;
    OutBuffer out;
    write_response_head(out, head, rules,
                        {.framing = head.framing,
                         .content_length = head.content_length,
                         .persistence = closes ? DownstreamPersistence::close : DownstreamPersistence::keep_alive});
    ResponseHead again;
    std::size_t scanned = 0;
    const auto result = parse_response_head(out.view(), scanned, kNoLimits, method, again);
    FAIRWAY_ASSERT(result.error == HeadError::none, "what is sent to a client is a valid response");
    FAIRWAY_ASSERT(result.consumed == out.size(), "one response is sent for one response");
    FAIRWAY_ASSERT(again.status == head.status && again.framing == head.framing, "status and framing are kept");
    if (head.framing == Framing::content_length)
        FAIRWAY_ASSERT(again.content_length == head.content_length, "the length is kept");
    FAIRWAY_ASSERT(again.keep_alive == !closes, "the client is told whether the connection stays");
}

/// Chunked decoding of complete input, written from RFC 9112 section 7.1 and nothing else.
struct PlainDecoder {
    enum class Outcome { complete, incomplete, error };
    std::string body;
    std::size_t consumed = 0;

    Outcome decode(std::string_view in) {
        std::size_t at = 0;
        const auto end = [&] { return at >= in.size(); };
        while (true) {
            std::uint64_t size = 0;
            std::size_t digits = 0;
            for (; !end() && ascii::hex_value(in[at]) >= 0; ++at) {
                if (++digits > 15) return Outcome::error;
                size = size * 16 + static_cast<unsigned>(ascii::hex_value(in[at]));
            }
            if (end()) return Outcome::incomplete;
            if (digits == 0) return Outcome::error;
            if (in[at] == ';') {
                const auto begin = at;
                for (; !end() && in[at] != '\r'; ++at) {
                    const auto byte = static_cast<unsigned char>(in[at]);
                    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return Outcome::error;
                    if (at - begin >= ChunkedDecoder::kMaxExtensionBytes) return Outcome::error;
                }
            }
            for (const char expected : {'\r', '\n'}) {
                if (end()) return Outcome::incomplete;
                if (in[at++] != expected) return Outcome::error;
            }
            if (size == 0) {
                consumed = at;
                return Outcome::complete;
            }
            const auto given = std::min<std::uint64_t>(size, in.size() - at);
            body += in.substr(at, given);
            at += given;
            for (const char expected : {'\r', '\n'}) {
                if (end()) return Outcome::incomplete;
                if (in[at++] != expected) return Outcome::error;
            }
        }
    }
};

}  // namespace

void check_request_head(std::string_view bytes, std::size_t piece) {
    RequestHead head, head_of_pieces;
    std::size_t scanned = 0;
    const auto whole = parse_request_head(bytes, scanned, {}, {}, head);
    const auto pieces = parse_in_pieces(bytes, piece, [&](std::string_view shown, std::size_t& shown_scanned) {
        return parse_request_head(shown, shown_scanned, {}, {}, head_of_pieces);
    });
    check_same(whole, pieces);
    if (whole.error != HeadError::none) return;
    check_fields(bytes, head.fields);
    FAIRWAY_ASSERT(head.fields.size() == head_of_pieces.fields.size(), "the fields are the same in pieces");
    check_written_request(head);
}

void check_response_head(std::string_view bytes, std::size_t piece, bool to_head_request) {
    const auto method = to_head_request ? Method::head : Method::get;
    ResponseHead head, head_of_pieces;
    std::size_t scanned = 0;
    const auto whole = parse_response_head(bytes, scanned, {}, method, head);
    const auto pieces = parse_in_pieces(bytes, piece, [&](std::string_view shown, std::size_t& shown_scanned) {
        return parse_response_head(shown, shown_scanned, {}, method, head_of_pieces);
    });
    check_same(whole, pieces);
    if (whole.error != HeadError::none) return;
    check_fields(bytes, head.fields);
    check_written_response(head, method);
}

void check_chunked(std::string_view bytes, std::size_t piece) {
    using State = ChunkedDecoder::State;
    ChunkedDecoder decoder;
    std::string body;
    std::size_t consumed = 0;
    std::size_t shown = std::min(piece, bytes.size());
    auto state = State::more;
    while (true) {
        const auto step = decoder.next(bytes.substr(consumed, shown - consumed));
        consumed += step.consumed;
        body += step.data;
        state = step.state;
        FAIRWAY_ASSERT(consumed <= shown, "nothing is used that was not shown");
        if (state == State::trailers || state == State::error) break;
        if (state == State::data) continue;
        FAIRWAY_ASSERT(consumed == shown, "more is asked for when everything is used");
        if (shown == bytes.size()) break;
        shown = std::min(shown + piece, bytes.size());
    }
    PlainDecoder plain;
    const auto outcome = plain.decode(bytes);
    using Outcome = PlainDecoder::Outcome;
    FAIRWAY_ASSERT((state == State::trailers) == (outcome == Outcome::complete), "both see the end or neither");
    FAIRWAY_ASSERT((state == State::error) == (outcome == Outcome::error), "both refuse or neither");
    FAIRWAY_ASSERT(body == plain.body, "both give the same body");
    if (state == State::trailers) FAIRWAY_ASSERT(consumed == plain.consumed, "both end in the same place");
}

void check_trailers(std::string_view bytes, std::size_t piece) {
    FieldList fields, fields_of_pieces;
    std::size_t scanned = 0;
    const auto whole = parse_trailers(bytes, scanned, {}, fields);
    const auto pieces = parse_in_pieces(bytes, piece, [&](std::string_view shown, std::size_t& shown_scanned) {
        return parse_trailers(shown, shown_scanned, {}, fields_of_pieces);
    });
    check_same(whole, pieces);
    if (whole.error != HeadError::none) return;
    check_fields(bytes, fields);
    OutBuffer out;
    write_trailers(out, fields);
    FieldList again;
    std::size_t scanned_again = 0;
    const auto result = parse_trailers(out.view(), scanned_again, kNoLimits, again);
    FAIRWAY_ASSERT(result.error == HeadError::none && result.consumed == out.size(),
                   "what is passed on is a trailer section");
    FAIRWAY_ASSERT(again.size() == fields.size(), "every trailer is passed on once");
}

}  // namespace fairway::proxy::http1
