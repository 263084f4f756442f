// Names table-driven tests after the `name` of their case.
#pragma once

#include <gtest/gtest.h>

#include <string>

namespace fairway::routing::test {

template <class Case>
std::string case_name(const testing::TestParamInfo<Case>& case_info) {
    return case_info.param.name;
}

}  // namespace fairway::routing::test
