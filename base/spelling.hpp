// "Did you mean …?": the nearest of the words that would have been right.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fairway {

/// The candidate nearest to `word` by edit distance (insert, delete, replace, swap of neighbours; case ignored), or
/// empty when none is near enough to be meant: at most a third of the word's length, and at least one edit.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

/// "; did you mean \"serviceName\"?" or empty.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace fairway
