// A failure code explained, the same way wherever the command line speaks of one: for people as rows, for programs as JSON.
#pragma once
#include <QJsonObject>
#include <vector>

#include "cli/layout.h"
#include "eidkern/failure.h"

namespace eidkern::cli
{

// What happened: the code itself is the headline.
std::vector<Row> rowsOf(const Failure& failure, Language language); // cause, place and details, hints, what has to change first
std::vector<Row> rowsOf(const FailureEntry& entry, Language language); // everything the catalogue knows

// code, cause, hints, hintIds, origin, retry, changeFirst; state and info of a failure, or what the catalogue knows
QJsonObject jsonOf(const Failure& failure, Language language);
QJsonObject jsonOf(const FailureEntry& entry, Language language);

QJsonArray jsonList(std::span<const std::string_view> texts);
QString q(std::string_view utf8);
std::string numbered(std::span<const std::string_view> texts); // one line each, numbered if there are several
std::string listed(std::span<const std::string_view> words);   // "a, b"

} // namespace eidkern::cli
