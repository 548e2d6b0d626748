/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-date-private.h"

#include <string.h>

#define SECONDS_PER_DAY 86400

/* The Gregorian calendar repeats after 400 years, and a year that begins in March has its leap day last. */
#define DAYS_PER_ERA 146097
#define DAYS_FROM_ERA_0_TO_1970 719468

/* RFC 850 has two digits of the year. A date that would lie more than 50 years in the future is one of the
 * past; no clock is asked, so the century turns here. */
#define FIRST_YEAR_OF_TWO_DIGITS 1970

static const char *const day_names[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" }; /* 1970 began so */
static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

typedef struct
{
  int year;
  int month; /* 1 to 12 */
  int day;
  int hour;
  int minute;
  int second;
} Date;

/* --- the calendar ---------------------------------------------------------------------------- */

static gint64
count_days (const Date *date)
{
  const int    year = date->month <= 2 ? date->year - 1 : date->year;
  const int    era = year / 400;
  const int    year_of_era = year - era * 400;
  const int    day_of_year = (153 * (date->month + (date->month > 2 ? -3 : 9)) + 2) / 5 + date->day - 1;
  const gint64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return (gint64) era * DAYS_PER_ERA + day_of_era - DAYS_FROM_ERA_0_TO_1970;
}

static void
set_day (Date  *date,
         gint64 days)
{
  const gint64 shifted = days + DAYS_FROM_ERA_0_TO_1970;
  const int    era = (int) (shifted / DAYS_PER_ERA);
  const int    day_of_era = (int) (shifted - (gint64) era * DAYS_PER_ERA);
  const int    year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month = (5 * day_of_year + 2) / 153;

  date->day = day_of_year - (153 * month + 2) / 5 + 1;
  date->month = month < 10 ? month + 3 : month - 9;
  date->year = year_of_era + era * 400 + (date->month <= 2 ? 1 : 0);
}

char *
ws_http_date_format (gint64 seconds)
{
  const gint64 second_of_day = ((seconds % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY;
  const gint64 days = (seconds - second_of_day) / SECONDS_PER_DAY;
  Date         date = { .second = (int) second_of_day };

  set_day (&date, days);

  return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d GMT", day_names[((days % 7) + 7) % 7],
                          date.day,
                          month_names[date.month - 1], date.year, date.second / 3600, date.second / 60 % 60,
                          date.second % 60);
}

/* --- parsing --------------------------------------------------------------------------------- */

/* Reads a number of exactly n_digits, moves *text past it, and past the separator, which may be "". */
static gboolean
read_number (const char **text,
             int          n_digits,
             const char  *separator,
             int         *number)
{
  int value = 0;

  for (int i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isdigit ((*text)[i]))
        return FALSE;

      value = 10 * value + g_ascii_digit_value ((*text)[i]);
    }

  if (!g_str_has_prefix (*text + n_digits, separator))
    return FALSE;

  *text += (gsize) n_digits + strlen (separator);
  *number = value;

  return TRUE;
}

static gboolean
read_month (const char **text,
            const char  *separator,
            int         *month)
{
  for (guint i = 0; i < G_N_ELEMENTS (month_names); i++)
    if (g_str_has_prefix (*text, month_names[i]) && g_str_has_prefix (*text + 3, separator))
      {
        *text += 3 + strlen (separator);
        *month = (int) i + 1;
        return TRUE;
      }

  return FALSE;
}

static gboolean
read_time (const char **text,
           Date        *date)
{
  return read_number (text, 2, ":", &date->hour) && read_number (text, 2, ":", &date->minute) &&
         read_number (text, 2, " ", &date->second);
}

/* "06 Nov 1994 08:49:37 GMT", the form that senders use. */
static gboolean
parse_fixdate (const char *text,
               Date       *date)
{
  return read_number (&text, 2, " ", &date->day) && read_month (&text, " ", &date->month) &&
         read_number (&text, 4, " ", &date->year) && read_time (&text, date) && strcmp (text, "GMT") == 0;
}

/* "06-Nov-94 08:49:37 GMT" */
static gboolean
parse_rfc850_date (const char *text,
                   Date       *date)
{
  if (!read_number (&text, 2, "-", &date->day) || !read_month (&text, "-", &date->month) ||
      !read_number (&text, 2, " ", &date->year) || !read_time (&text, date) || strcmp (text, "GMT") != 0)
    return FALSE;

  date->year += date->year < FIRST_YEAR_OF_TWO_DIGITS % 100 ? 2000 : 1900;

  return TRUE;
}

/* "Nov  6 08:49:37 1994" */
static gboolean
parse_asctime_date (const char *text,
                    Date       *date)
{
  if (!read_month (&text, " ", &date->month))
    return FALSE;

  return (*text == ' ' ? (text++, read_number (&text, 1, " ", &date->day))
                       : read_number (&text, 2, " ", &date->day)) &&
         read_time (&text, date) && read_number (&text, 4, "", &date->year) && *text == '\0';
}

static gboolean
is_real (const Date *date)
{
  static const int month_lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  const gboolean   is_leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
  const int        n_days = month_lengths[date->month - 1] + (date->month == 2 && is_leap ? 1 : 0);

  /* A leap second is second 60. */
  return date->year >= 1 && date->day >= 1 && date->day <= n_days && date->hour < 24 && date->minute < 60 &&
         date->second <= 60;
}

gboolean
ws_http_date_parse (const char *text,
                    gint64     *seconds)
{
  const char *comma = strchr (text, ',');
  Date        date = { 0 };
  gboolean    is_date;

  /* The name of the day says nothing that the date does not. */
  if (comma != NULL)
    is_date = comma[1] == ' ' && (parse_fixdate (comma + 2, &date) || parse_rfc850_date (comma + 2, &date));
  else
    is_date = strlen (text) > 4 && text[3] == ' ' && parse_asctime_date (text + 4, &date);

  if (!is_date || !is_real (&date))
    return FALSE;

  *seconds = count_days (&date) * SECONDS_PER_DAY + date.hour * 3600 + date.minute * 60 + date.second;

  return TRUE;
}
