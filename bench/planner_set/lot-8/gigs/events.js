var EVENTS = [
 {
  "id": "cw-leeds",
  "act": "The Copper Wolves",
  "city": "Leeds",
  "venue": "Brickworks",
  "date": "Fri 9 Apr 2027",
  "price": 27.5,
  "doors": "19:00"
 },
 {
  "id": "cw-bristol",
  "act": "The Copper Wolves",
  "city": "Bristol",
  "venue": "Dockside",
  "date": "Sat 10 Apr 2027",
  "price": 29,
  "doors": "19:30"
 },
 {
  "id": "al-bristol",
  "act": "Ada Lund",
  "city": "Bristol",
  "venue": "St Anne's",
  "date": "Thu 15 Apr 2027",
  "price": 22,
  "doors": "19:00"
 },
 {
  "id": "mm-glasgow",
  "act": "Mono Mondays",
  "city": "Glasgow",
  "venue": "The Vault",
  "date": "Mon 19 Apr 2027",
  "price": 14,
  "doors": "20:00"
 },
 {
  "id": "nh-leeds",
  "act": "Nell Harker",
  "city": "Leeds",
  "venue": "Town Hall",
  "date": "Wed 21 Apr 2027",
  "price": 0,
  "doors": "19:00"
 },
 {
  "id": "cw-glasgow",
  "act": "The Copper Wolves",
  "city": "Glasgow",
  "venue": "Clyde Rooms",
  "date": "Fri 23 Apr 2027",
  "price": 28,
  "doors": "19:00"
 },
 {
  "id": "bq-bristol",
  "act": "Bellweather Quartet",
  "city": "Bristol",
  "venue": "Dockside",
  "date": "Sun 25 Apr 2027",
  "price": 18.5,
  "doors": "18:30"
 },
 {
  "id": "jf-glasgow",
  "act": "Juniper Fall",
  "city": "Glasgow",
  "venue": "The Vault",
  "date": "Sat 1 May 2027",
  "price": 19,
  "doors": "20:00"
 },
 {
  "id": "tt-leeds",
  "act": "Tin Tabernacle",
  "city": "Leeds",
  "venue": "Brickworks",
  "date": "Tue 4 May 2027",
  "price": 16,
  "doors": "19:30"
 },
 {
  "id": "ho-glasgow",
  "act": "Hollow Oak",
  "city": "Glasgow",
  "venue": "Clyde Rooms",
  "date": "Fri 7 May 2027",
  "price": 15.5,
  "doors": "18:45"
 },
 {
  "id": "nh-bristol",
  "act": "Nell Harker",
  "city": "Bristol",
  "venue": "Dockside",
  "date": "Sat 8 May 2027",
  "price": 31,
  "doors": "19:00"
 },
 {
  "id": "al-glasgow",
  "act": "Ada Lund",
  "city": "Glasgow",
  "venue": "Clyde Rooms",
  "date": "Fri 14 May 2027",
  "price": 23,
  "doors": "19:15"
 },
 {
  "id": "fv-leeds",
  "act": "Fever Vale",
  "city": "Leeds",
  "venue": "Brickworks",
  "date": "Sat 15 May 2027",
  "price": 21,
  "doors": "19:00"
 },
 {
  "id": "pp-glasgow",
  "act": "Patchwork Parade",
  "city": "Glasgow",
  "venue": "Green Stage",
  "date": "Sat 5 Jun 2027",
  "price": 12,
  "doors": "16:00"
 }
];
function money(x) { return '£' + x.toFixed(2); }
var KINDS = [['standing', 'Standing', 1, 2.75], ['balcony', 'Balcony, seated', 1.4, 4.15], ['access', 'Accessible platform', 1, 0]];
