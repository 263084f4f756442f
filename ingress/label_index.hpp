// Label selectors without scans: which objects a selector chooses, and which selectors choose an object.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "k8s-client/objects/meta.hpp"

namespace fairway::ingress {

using Labels = std::map<std::string, std::string>;

/// Service spec.selector: every pair must be among the labels. Without any pair nothing is chosen: the API gives a
/// Service without selector no endpoints by itself.
bool selects(const Labels& selector, const Labels& labels);

/// Names of objects by namespace and label. A selector is answered from its rarest pair.
class LabelIndex {
public:
    void add(const k8s::ObjectName& object, const Labels& labels);
    void remove(const k8s::ObjectName& object, const Labels& labels);
    /// Names in `ns` of objects that have one pair of the selector; the caller checks the others. nullptr: none.
    const std::set<std::string>* candidates(const std::string& ns, const Labels& selector) const;

private:
    std::unordered_map<std::string, std::set<std::string>> names_;  ///< by namespace and pair
};

/// Names of objects with a selector, each filed under one pair of it: an object with that label may be chosen.
class SelectorIndex {
public:
    /// Files the object under that pair of its selector which has the fewest others by now, so that a pair which all
    /// share ("app: web") does not collect them all.
    void add(const k8s::ObjectName& object, const Labels& selector);
    void remove(const k8s::ObjectName& object);
    /// Names in `ns` whose selectors may choose an object with these labels; the caller checks the whole selector.
    std::vector<std::string> candidates(const std::string& ns, const Labels& labels) const;

private:
    std::unordered_map<std::string, std::set<std::string>> names_;  ///< by namespace and pair
    std::map<k8s::ObjectName, std::string> filed_;                  ///< under which of them
};

}  // namespace fairway::ingress
