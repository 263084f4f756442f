#include "proxy/filters/compression.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "routing/policy/compression.hpp"

namespace fairway::proxy {

namespace {

/// Items of a comma list, trimmed, until `visit` says true.
template <class Visit>
bool any_item(std::string_view list, Visit visit) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (visit(ascii::trim(list.substr(0, comma)))) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

bool lists(std::string_view list, std::string_view word) {
    return any_item(list, [&](std::string_view item) { return ascii::iequals(item, word); });
}

/// "q=0", "q=0.0", "q=0.000": not acceptable (RFC 9110 section 12.4.2).
bool is_zero_weight(std::string_view parameters) noexcept {
    const auto weight = ascii::trim(parameters);
    if (weight.size() < 3 || !ascii::iequals(weight.substr(0, 2), "q=")) return false;
    return weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

bool has_type(const routing::CompressionMethod& method, std::string_view content_type) {
    const auto type = ascii::lower_copy(ascii::trim(content_type.substr(0, content_type.find(';'))));
    if (type.empty()) return false;
    if (type == "text/html") return true;
    const auto listed = [&](std::string_view wanted) {
        return std::ranges::binary_search(method.types, wanted, {},
                                          [](const std::string& t) { return std::string_view(t); });
    };
    return listed("*") || listed(type);
}

bool fits(const routing::CompressionMethod& method, const ResponseStart& start, std::string_view content_type) {
    if (!method.enabled || !has_type(method, content_type)) return false;
    return start.framing != Framing::content_length || start.content_length >= method.min_length;
}

/// Reference 4.1, and what nginx's modules look at: these statuses alone, nothing that is encoded already. RFC 9110 section
/// 7.7 forbids it for no-transform; nginx does not look.
bool may_be_compressed(const Exchange& exchange, const ResponseStart& start) {
    if (start.status != 200 && start.status != 403 && start.status != 404) return false;
    const FieldList& fields = exchange.response.fields;
    return find_field(fields, "Content-Encoding").empty() &&
           !lists(find_field(fields, "Cache-Control"), "no-transform");
}

/// The representation is another one now, byte for byte (RFC 9110 section 8.8.3).
void edit_fields(Exchange& exchange, std::string_view coding) {
    FieldEdits& edits = exchange.response_edits;
    edits.set("Content-Encoding", coding);
    edits.set("Accept-Ranges", {});
    const auto etag = find_field(exchange.response.fields, "ETag");
    if (etag.empty() || etag.starts_with("W/")) return;
    edits.set("ETag", etag.starts_with('"') ? edits.keep("W/" + std::string(etag)) : std::string_view());
}

class CompressionFilter final : public BodyFilter {
public:
    CompressionFilter(std::unique_ptr<Encoder> encoder, io::Buffer output, BodyFilter& next)
        : encoder_(std::move(encoder)), output_(std::move(output)), next_(next) {}

    io::Task<io::IoResult> send(std::span<const iovec> pieces, bool last, const FieldList* trailers) override {
        for (const iovec& piece : pieces) {
            const std::string_view bytes{static_cast<const char*>(piece.iov_base), piece.iov_len};
            const auto sent = co_await encode(bytes, Encoder::Operation::go_on);
            if (sent.status != io::IoStatus::ok) co_return sent;
            dirty_ = true;
        }
        if (!last) co_return io::IoResult{};
        const auto sent = co_await encode({}, Encoder::Operation::finish);
        if (sent.status != io::IoStatus::ok) co_return sent;
        co_return co_await pass_on(true, trailers);
    }

    io::Task<io::IoResult> flush() override {
        if (std::exchange(dirty_, false)) {
            const auto sent = co_await encode({}, Encoder::Operation::flush);
            if (sent.status != io::IoStatus::ok) co_return sent;
        }
        if (filled_ > 0) {
            const auto sent = co_await pass_on(false, nullptr);
            if (sent.status != io::IoStatus::ok) co_return sent;
        }
        co_return co_await next_.flush();
    }

private:
    io::Task<io::IoResult> encode(std::string_view input, Encoder::Operation operation) {
        for (;;) {
            const auto step = encoder_->run(input, output_.span().subspan(filled_), operation);
            input.remove_prefix(step.consumed);
            filled_ += step.produced;
            if (!step.more && input.empty()) co_return io::IoResult{};
            if (filled_ == 0) continue;
            const auto sent = co_await pass_on(false, nullptr);
            if (sent.status != io::IoStatus::ok) co_return sent;
        }
    }

    io::Task<io::IoResult> pass_on(bool last, const FieldList* trailers) {
        const iovec piece{output_.data(), std::exchange(filled_, 0)};
        const std::span<const iovec> pieces{&piece, piece.iov_len > 0 ? 1U : 0U};
        co_return co_await next_.send(pieces, last, trailers);
    }

    std::unique_ptr<Encoder> encoder_;
    io::Buffer output_;
    std::size_t filled_ = 0;
    bool dirty_ = false;  // the encoder holds input back
    BodyFilter& next_;
};

}  // namespace

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) noexcept {
    return any_item(accept_encoding, [&](std::string_view item) {
        const auto semicolon = std::min(item.find(';'), item.size());
        if (!ascii::iequals(ascii::trim(item.substr(0, semicolon)), coding)) return false;
        return semicolon == item.size() || !is_zero_weight(item.substr(semicolon + 1));
    });
}

std::unique_ptr<Encoder> begin_compression(Exchange& exchange, ResponseStart& start) {
    const auto& compression = exchange.snapshot->settings->compression;
    if (!compression || !may_be_compressed(exchange, start)) return nullptr;
    const auto type = find_field(exchange.response.fields, FieldId::content_type);
    const struct {
        Encoder::Coding coding;
        std::string_view name;
        const routing::CompressionMethod& method;
    } choices[] = {{Encoder::Coding::zstd, "zstd", compression->zstd},
                   {Encoder::Coding::brotli, "br", compression->brotli},
                   {Encoder::Coding::gzip, "gzip", compression->gzip}};
    const auto is_fit = [&](const auto& choice) { return fits(choice.method, start, type); };
    if (std::ranges::none_of(choices, is_fit)) return nullptr;
    if (!lists(find_field(exchange.response.fields, "Vary"), "Accept-Encoding"))
        exchange.response_edits.add("Vary", "Accept-Encoding");

    const RequestHead& request = exchange.request;
    if (request.version == Version::http_1_0) return nullptr;  // nginx: gzip_http_version 1.1
    const auto accepted = find_field(request.fields, FieldId::accept_encoding);
    const auto length = start.framing == Framing::content_length ? std::optional(start.content_length) : std::nullopt;
    const auto* const chosen = std::ranges::find_if(
        choices, [&](const auto& choice) { return is_fit(choice) && accepts_coding(accepted, choice.name); });
    if (chosen == std::end(choices)) return nullptr;
    if (chosen->coding == Encoder::Coding::gzip && compression->gzip_disable &&
        compression->gzip_disable->matches(find_field(request.fields, FieldId::user_agent)))
        return nullptr;
    auto encoder = Encoder::make(chosen->coding, chosen->method.level, length);
    if (!encoder) return nullptr;
    edit_fields(exchange, chosen->name);
    start.framing = Framing::chunked;
    return encoder;
}

std::unique_ptr<BodyFilter> make_compression_filter(std::unique_ptr<Encoder> encoder, io::Buffer output,
                                                    BodyFilter& next) {
    return std::make_unique<CompressionFilter>(std::move(encoder), std::move(output), next);
}

}  // namespace fairway::proxy
