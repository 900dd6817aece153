#include "card/pcsc/last_results.h"

#include <map>
#include <mutex>

namespace eidkern::card
{

namespace
{

struct Results // of the process, like its readers; leaked, so that threads that are left behind may still use it
{
    std::mutex mutex;
    std::map<std::string, LastResult> byReader;
};

Results& results()
{
    static Results& only = *new Results;
    return only;
}

} // namespace

void readersSeen(const ReaderPicture& picture)
{
    auto& all = results();
    const std::lock_guard lock(all.mutex);
    std::erase_if(all.byReader, [&picture](const auto& each) { return !picture.readers.contains(each.first); });
    for (const auto& [reader, state] : picture.readers) all.byReader.try_emplace(reader);
}

void operationCompleted(const std::string& reader, LastResult result)
{
    auto& all = results();
    const std::lock_guard lock(all.mutex);
    if (const auto found = all.byReader.find(reader); found != all.byReader.end()) found->second = result;
}

std::optional<LastResult> lastResult(const std::string& reader)
{
    auto& all = results();
    const std::lock_guard lock(all.mutex);
    const auto found = all.byReader.find(reader);
    return found == all.byReader.end() ? std::nullopt : std::optional(found->second);
}

} // namespace eidkern::card
