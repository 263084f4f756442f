// Any bytes from an application that speaks FastCGI: records are taken apart alike whole and in pieces, and so is the head
// in what they carry. The first byte says in which pieces they arrive and whether the request was HEAD.
#include <cstdint>
#include <string>

#include "base/assert.hpp"
#include "proxy/fastcgi/records.hpp"
#include "proxy/fastcgi/response_head.hpp"

using namespace fairway::proxy;
using namespace fairway::proxy::fastcgi;

namespace {

struct Response {
    std::string output;
    std::string errors;
    RecordReader::Found ending = RecordReader::Found::nothing;

    bool operator==(const Response&) const = default;
};

Response read_records(std::string_view bytes, std::size_t piece) {
    using Found = RecordReader::Found;
    RecordReader reader;
    Response response;
    while (!bytes.empty()) {
        std::string_view part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        for (;;) {
            const auto step = reader.next(part);
            FAIRWAY_ASSERT(step.consumed <= part.size(), "no more is used than there is");
            FAIRWAY_ASSERT(step.data.empty() || (step.data.data() >= part.data() &&
                                                 step.data.data() + step.data.size() <= part.data() + step.consumed),
                           "data lies in what was given");
            part.remove_prefix(step.consumed);
            if (step.found == Found::output || step.found == Found::errors) {
                FAIRWAY_ASSERT(!step.data.empty(), "each step gives something");
                (step.found == Found::output ? response.output : response.errors) += step.data;
                continue;
            }
            if (step.found == Found::nothing) break;
            response.ending = step.found;
            return response;
        }
        FAIRWAY_ASSERT(part.empty(), "nothing is left over");
    }
    return response;
}

struct Head {
    ResponseHeadReader::Progress progress = ResponseHeadReader::Progress::incomplete;
    std::size_t used = 0;
    bool good = false;
    std::uint16_t status = 0;
    std::size_t fields = 0;
    Framing framing = Framing::none;

    bool operator==(const Head&) const = default;
};

Head read_head(std::string_view text, std::size_t piece, Method method) {
    static io::BufferPool buffers;
    ResponseHeadReader reader(buffers);
    reader.begin({});
    Head result;
    while (result.used < text.size() && result.progress == ResponseHeadReader::Progress::incomplete) {
        const auto taken = reader.take(text.substr(result.used, piece));
        result.progress = taken.progress;
        result.used += taken.bytes;
    }
    if (result.progress != ResponseHeadReader::Progress::complete) {
        if (result.progress == ResponseHeadReader::Progress::too_large)
            result.used = 0;  // differs by what came at once
        return result;
    }
    ResponseHead head;
    result.good = reader.parse(method, head);
    if (!result.good) return result;
    FAIRWAY_ASSERT(head.status >= 200 && head.status < 600, "a final status");
    FAIRWAY_ASSERT(head.framing != Framing::until_close, "only the end record ends a response");
    const io::Buffer kept = reader.keep();
    for (const Field& field : head.fields)
        FAIRWAY_ASSERT(field.name.data() >= kept.data() &&
                           field.value.data() + field.value.size() <= kept.data() + kept.size(),
                       "views lie in what is kept");
    result.status = head.status;
    result.fields = head.fields.size();
    result.framing = head.framing;
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = 1U + data[0] / 2;
    const Method method = data[0] % 2 == 1 ? Method::head : Method::get;
    const Response whole = read_records(bytes, bytes.size());
    FAIRWAY_ASSERT(read_records(bytes, piece) == whole, "pieces do not matter");
    FAIRWAY_ASSERT(read_head(whole.output, whole.output.size(), method) == read_head(whole.output, piece, method),
                   "pieces do not matter");
    return 0;
}
