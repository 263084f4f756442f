// Records in both directions: what comes from an application taken apart, and what it is sent.
#include "proxy/fastcgi/records.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "proxy/fastcgi/input_records.hpp"
#include "proxy/fastcgi/params_writer.hpp"
#include "proxy/fastcgi/record_text.hpp"

namespace fairway::proxy::fastcgi::test {
namespace {

using namespace std::string_literals;
using Found = RecordReader::Found;

/// What a reader makes of bytes that arrive in pieces of `piece`: "out(…) err(…) end(0)", or "malformed" at its end.
std::string read(std::string_view bytes, std::size_t piece) {
    RecordReader reader;
    std::string out, err, ending;
    while (!bytes.empty() && ending.empty()) {
        std::string_view part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        for (Found found = Found::output; found != Found::nothing && ending.empty();) {
            const auto step = reader.next(part);
            found = step.found;
            part.remove_prefix(step.consumed);
            if (found == Found::output) out += step.data;
            if (found == Found::errors) err += step.data;
            if (found == Found::end) ending = "end(" + std::to_string(static_cast<int>(step.status)) + ")";
            if (found == Found::malformed) ending = "malformed";
        }
    }
    return "out(" + out + ") err(" + err + ") " + ending;
}

struct Case {
    const char* name;
    std::string bytes;
    const char* expected;
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Records : public testing::TestWithParam<Case> {};

TEST_P(Records, AreTakenApartAlikeInAnyPieces) {
    for (const std::size_t piece : {1, 2, 3, 7, 8, 9, 1000000})
        EXPECT_EQ(read(GetParam().bytes, piece), GetParam().expected) << piece;
}

INSTANTIATE_TEST_SUITE_P(
    Responses, Records,
    testing::Values(Case{"Plain", output("ab") + output("cd") + end(), "out(abcd) err() end(0)"},
                    Case{"Padding", output("ab", 6) + errors("no", 255) + output("c", 7) + end(),
                         "out(abc) err(no) end(0)"},
                    Case{"Empty", output("") + errors("", 3) + output("x") + output("") + end(), "out(x) err() end(0)"},
                    Case{"Unfinished", output("ab"), "out(ab) err() "},
                    Case{"Overloaded", end(2), "out() err() end(2)"},
                    Case{"Behind", end() + "junk", "out() err() end(0)"},
                    Case{"Version", record(6, "ab", 0, 1, 2), "out() err() malformed"},
                    Case{"OtherRequest", output("a") + record(6, "b", 0, 2), "out(a) err() malformed"},
                    Case{"ManagementRequest", record(6, "b", 0, 0), "out() err() malformed"},
                    Case{"HighRequest", record(6, "b", 0, 257), "out() err() malformed"},
                    Case{"UnknownType", record(11, "12345678"), "out() err() malformed"},
                    Case{"InputType", record(5, "b"), "out() err() malformed"},
                    Case{"ShortEnd", record(3, "1234567"), "out() err() malformed"},
                    Case{"LongEnd", record(3, "123456789"), "out() err() malformed"},
                    Case{"Http", "HTTP/1.1 200 OK\r\n\r\n", "out() err() malformed"}),
    [](const auto& row) { return row.param.name; });

TEST(ParamsWriter, WritesLengthsOfBothForms) {
    std::string text;
    ParamsWriter params(text);
    params.add("A", "");
    params.add("NAME", "value");
    params.add(std::string(128, 'N'), std::string(70, 'v') + "\0\n"s);
    params.finish();
    const auto records = take_records(text);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(text, "");
    EXPECT_EQ(records[0].type, 4);
    EXPECT_TRUE(records[0].content.starts_with("\1\0A\4\5NAMEvalue\x80\0\0\x80\x48NN"s));
    EXPECT_EQ(pairs_of(records[0].content).size(), 3U);
    EXPECT_EQ(records[1].type, 4);
    EXPECT_EQ(records[1].content, "");
}

TEST(ParamsWriter, KeepsPairsInOneRecordWhileTheyFit) {
    std::string text;
    ParamsWriter params(text);
    for (char name = 'A'; name <= 'E'; ++name) params.add(std::string(1, name), std::string(30000, name));
    params.add("BIG", std::string(200000, 'x'));
    params.finish();
    std::string stream;
    const auto records = take_records(text);
    for (const Record& record : records) {
        EXPECT_LE(record.content.size(), kMaxContent);
        stream += record.content;
    }
    EXPECT_EQ(pairs_of(records[0].content).size(), 2U) << "PHP reads each record by itself";
    EXPECT_EQ(pairs_of(records[1].content).size(), 2U);
    EXPECT_EQ(pairs_of(stream).size(), 6U);
    EXPECT_EQ(pairs_of(stream).back().second, std::string(200000, 'x'));
    EXPECT_EQ(records.back().content, "");
}

TEST(ParamsWriter, EndsAnEmptyStream) {
    std::string text;
    ParamsWriter(text).finish();
    EXPECT_EQ(text, record(4, ""));
}

TEST(BeginRequest, WantsAResponderThatCloses) {
    const auto begin = begin_request_record();
    EXPECT_EQ(std::string(begin.data(), begin.size()), record(1, "\0\1\0\0\0\0\0\0"s));
}

std::string sent(const std::vector<std::string>& runs, bool last, std::size_t* batches = nullptr) {
    std::vector<iovec> body;
    for (const std::string& run : runs) body.push_back({const_cast<char*>(run.data()), run.size()});
    InputRecords records(body, last);
    std::string text;
    for (std::size_t turns = 1; turns == 1 || !records.done(); ++turns) {
        std::array<iovec, InputRecords::kMaxPieces> pieces;
        const std::size_t count = records.next(pieces);
        for (std::size_t i = 0; i < count; ++i) text.append(static_cast<char*>(pieces[i].iov_base), pieces[i].iov_len);
        if (batches != nullptr) *batches = turns;
    }
    return text;
}

TEST(InputRecords, CutBodiesOfAnySize) {
    EXPECT_EQ(sent({}, false), "");
    EXPECT_EQ(sent({}, true), record(5, ""));
    EXPECT_EQ(sent({"ab", "", "c"}, false), record(5, "abc"));
    EXPECT_EQ(sent({"ab"}, true), record(5, "ab") + record(5, ""));
    for (const std::size_t size :
         {kMaxContent - 1, kMaxContent, kMaxContent + 1, 8 * kMaxContent, 20 * kMaxContent + 5}) {
        std::string whole(size, '\0');
        std::iota(whole.begin(), whole.end(), '\0');
        std::vector<std::string> runs;
        for (std::size_t i = 0; i < InputRecords::kMaxRuns; ++i)
            runs.push_back(whole.substr(i * size / 16, (i + 1) * size / 16 - i * size / 16));
        std::size_t batches = 0;
        std::string text = sent(runs, true, &batches);
        std::string body;
        const auto records = take_records(text);
        for (const Record& record : records) body += record.content;
        EXPECT_EQ(text, "");
        EXPECT_EQ(body, whole);
        EXPECT_EQ(records.size(), 1 + (size + kMaxContent - 1) / kMaxContent);
        EXPECT_TRUE(records.back().content.empty());
        EXPECT_LE(batches, 3U);
    }
}

}  // namespace
}  // namespace fairway::proxy::fastcgi::test
