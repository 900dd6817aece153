#include "bench/report.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <cstdio>

namespace eidkern::bench
{

static std::string number(double value, const std::string& unit)
{
    char text[32];
    const bool whole = unit.empty() || unit == "bytes" || (unit == "us" && value >= 100);
    std::snprintf(text, sizeof text, whole ? "%.0f" : value < 10 ? "%.2f" : "%.1f", value);
    return unit.empty() ? text : std::string(text) + ' ' + unit;
}

static double aimedAt(const Row& row) { return row.aim->of == Aim::Of::Ratio ? row.figure / row.floor->value : row.figure; }

void Report::section(const std::string& title) const
{
    if (!json_) std::printf("\n%s\n%-58s %12s %12s %7s  %-10s\n", title.c_str(), "", "figure", "floor", "ratio", "aim");
}

void Report::operator()(const Row& row) const
{
    if (json_)
    {
        QJsonObject line{{"what", QString::fromStdString(row.what)}, {"figure", row.figure}, {"unit", QString::fromStdString(row.unit)}};
        if (row.floor)
        {
            line.insert("floor", QJsonObject{{"what", QString::fromStdString(row.floor->what)}, {"value", row.floor->value}});
            line.insert("ratio", row.figure / row.floor->value);
        }
        if (row.aim)
        {
            line.insert("aim", QJsonObject{{"of", row.aim->of == Aim::Of::Ratio ? "ratio" : "figure"}, {"most", row.aim->most}});
            line.insert("met", aimedAt(row) <= row.aim->most);
        }
        std::printf("%s\n", QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
    }
    else
    {
        const auto floor = row.floor ? number(row.floor->value, row.unit) : std::string();
        char ratio[16] = "", aim[48] = "";
        if (row.floor) std::snprintf(ratio, sizeof ratio, "%.2f", row.figure / row.floor->value);
        if (row.aim) std::snprintf(aim, sizeof aim, "<= %-6g %s", row.aim->most, aimedAt(row) <= row.aim->most ? "met" : "NOT MET");
        const auto what = row.floor ? row.what + " / " + row.floor->what : row.what;
        std::printf("%-58s %12s %12s %7s  %s\n", what.c_str(), number(row.figure, row.unit).c_str(), floor.c_str(), ratio, aim);
    }
    std::fflush(stdout);
}

void Report::note(const std::string& text) const
{
    if (!json_) std::printf("  %s\n", text.c_str());
}

} // namespace eidkern::bench
