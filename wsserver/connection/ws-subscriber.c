/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-subscriber-private.h"

void
ws_subscribers_add (WsSubscriber **list,
                    WsSubscriber  *subscriber)
{
  subscriber->next = *list;
  *list = subscriber;
}

void
ws_subscribers_remove (WsSubscriber **list,
                       WsSubscriber  *subscriber)
{
  WsSubscriber **link = list;

  while (*link != subscriber)
    link = &(*link)->next;
  *link = subscriber->next;
}

static WsSubscriber *
find_untold (WsSubscriber *list)
{
  while (list != NULL && list->told)
    list = list->next;

  return list;
}

/* Each of them may run code that adds and removes others. */
void
ws_subscribers_have_room (WsSubscriber **list)
{
  WsSubscriber *subscriber;

  for (subscriber = *list; subscriber != NULL; subscriber = subscriber->next)
    subscriber->told = FALSE;

  while ((subscriber = find_untold (*list)) != NULL)
    {
      subscriber->told = TRUE;
      subscriber->has_room (subscriber);
    }
}

void
ws_subscribers_end (WsSubscriber **list)
{
  WsSubscriber *subscriber;

  while ((subscriber = *list) != NULL)
    {
      *list = subscriber->next;
      subscriber->ended (subscriber);
    }
}
