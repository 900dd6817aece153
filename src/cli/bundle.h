// The support bundle: one JSON object with what helps to find out why a login does not work, and nothing about a person.
#pragma once
#include <QJsonArray>
#include <QJsonObject>
#include <string>
#include <string_view>
#include <vector>

#include "cli/doctor.h"

namespace eidkern::cli
{

struct Whereabouts // of this user; never in a bundle
{
    std::string home, user, host;
};
Whereabouts whereabouts();

// Home folder, user and host name, each as a word of its own, become ~, USER and HOST; six or more digits in a row, which may be a
// serial number, a date of birth or worse, become #.
std::string redacted(std::string_view text, const Whereabouts& who);
QJsonValue redacted(const QJsonValue& value, const Whereabouts& who); // in all texts

// Of the engine's log (--log FILE), the last lines, of at most 1 MiB in all. A line that is not of its form, such as the output of
// --json with a person's data, brings nothing in. Hosts of services become SERVICE-1, SERVICE-2 ...
struct LogLines
{
    QJsonArray lines;
    int leftOut = 0;
};
LogLines logLinesOf(std::string_view log);

QJsonObject bundleOf(const std::vector<Check>& checks, const LogLines& log, const Whereabouts& who);

} // namespace eidkern::cli
