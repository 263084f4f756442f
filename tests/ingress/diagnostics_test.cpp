#include "ingress/diagnostics.hpp"

#include <gtest/gtest.h>

namespace fairway::ingress::test {
namespace {

Diagnostic about(std::string message, std::uint32_t line = 1) {
    Diagnostic diagnostic;
    diagnostic.severity = Severity::warning;
    diagnostic.where.file = "a.yaml";
    diagnostic.where.line = line;
    diagnostic.kind = "Ingress";
    diagnostic.object = {"shop", "web"};
    diagnostic.message = std::move(message);
    return diagnostic;
}

TEST(DiagnosticText, LeavesEmptyPartsOut) {
    auto diagnostic = about("is odd");
    diagnostic.field = "annotation x";
    EXPECT_EQ(diagnostic.to_string(), "a.yaml:1: warning: Ingress shop/web annotation x: is odd");
    Diagnostic bare;
    bare.message = "is missing";
    EXPECT_EQ(bare.to_string(), "error: is missing");
}

TEST(WithOutcome, EndsTheSentenceBefore) {
    EXPECT_EQ(with_outcome("it is odd", "It stays"), "it is odd. It stays");
    EXPECT_EQ(with_outcome("did you mean \"x\"?", "It stays"), "did you mean \"x\"? It stays");
    EXPECT_EQ(with_outcome("it is odd", ""), "it is odd");
}

TEST(DiagnosticBook, TellsOnlyWhatIsNewOfAUnit) {
    DiagnosticBook book;
    book.replace("unit", {about("one"), about("two", 2)});
    EXPECT_EQ(book.take_fresh().diagnostics.size(), 2u);
    book.replace("unit", {about("two", 2), about("three", 3)});
    const auto fresh = book.take_fresh();
    ASSERT_EQ(fresh.diagnostics.size(), 1u);
    EXPECT_EQ(fresh.diagnostics[0].message, "three");
    EXPECT_EQ(book.current().diagnostics.size(), 2u);
    book.forget("unit");
    EXPECT_TRUE(book.take_fresh().diagnostics.empty());
    EXPECT_TRUE(book.current().diagnostics.empty());
}

TEST(Report, SortsByPlaceAndDropsRepetitions) {
    Report report{{about("b", 2), about("a", 1), about("b", 2)}};
    report.sort();
    ASSERT_EQ(report.diagnostics.size(), 2u);
    EXPECT_EQ(report.diagnostics[0].message, "a");
}

}  // namespace
}  // namespace fairway::ingress::test
