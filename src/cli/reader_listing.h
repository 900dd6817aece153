// The readers of PC/SC together with what they say of themselves, told once and after every change. A reader that another program
// holds may not answer: after a second the list is told without its features.
#pragma once
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "eidkern/readers.h"

namespace eidkern::cli
{

using FeaturesByReader = std::map<std::string, ReaderFeatures>;

class ReaderListing
{
public:
    explicit ReaderListing(std::function<void(const ReaderList&, const FeaturesByReader&)> handler); // called from the event loop
    ReaderListing(const ReaderListing&) = delete;

private:
    void listed(const ReaderList& list);
    void answered(const std::string& reader, const std::optional<ReaderFeatures>& features);
    void tell();

    std::function<void(const ReaderList&, const FeaturesByReader&)> handler_;
    QTimer limit_;
    ReaderList list_;
    FeaturesByReader features_;
    std::size_t answers_ = 0;
    std::map<std::string, std::unique_ptr<ReaderProbe>> probes_;
    ReaderWatch watch_; // last: it calls listed()
};

} // namespace eidkern::cli
