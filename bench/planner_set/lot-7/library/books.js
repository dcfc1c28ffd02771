var BOOKS = [
 {id: 1, t: 'Lighthouse Winter', a: 'Marsh, Ottilie', y: 2018, f: 'Book', m: '823 MAR', c: {Northgate: 'On loan', Dunmore: 'Available'}},
 {id: 2, t: 'The Lighthouse Ledger', a: 'Marsh, Ottilie', y: 2021, f: 'Book', m: '823 MAR', c: {Quayside: 'Available'}},
 {id: 3, t: 'The Glass Tide', a: 'Ferreira, Nuno', y: 2024, f: 'Book', m: '823 FER', c: {Northgate: 'On loan', Quayside: 'On loan'}},
 {id: 4, t: 'A Field Guide to Seaweeds', a: 'Halloran, Bee', y: 2015, f: 'Book', m: '579.8 HAL', c: {Dunmore: 'Available', Quayside: 'On loan'}},
 {id: 5, t: 'A Field Guide to Seabirds', a: 'Halloran, Bee', y: 2011, f: 'Book', m: '598.1 HAL', c: {Northgate: 'Available'}},
 {id: 6, t: 'Lighthouses of the North Coast', a: 'Imrie, Douglas', y: 1998, f: 'Book', m: '627.9 IMR', c: {Northgate: 'Reference only'}},
 {id: 7, t: 'Harbour Songs', a: 'Various', y: 2026, f: 'CD', m: 'CD HAR', c: {Quayside: 'Available'}},
 {id: 8, t: 'Salt and Iron', a: 'Okoro, Emeka', y: 2019, f: 'Book', m: '823 OKO', c: {Dunmore: 'On loan'}},
 {id: 9, t: 'Tin Boats and Paper Sails', a: 'Lisle, Agnes', y: 2009, f: 'Book', m: '745.5 LIS', c: {Dunmore: 'Available'}},
 {id: 10, t: 'The Keeper\'s Daughter', a: 'Imrie, Douglas', y: 2003, f: 'Large print', m: 'LP IMR', c: {Northgate: 'Available'}},
 {id: 11, t: 'To Build a Lighthouse', a: 'Strand, Karin', y: 2022, f: 'DVD', m: 'DVD STR', c: {Northgate: 'Available', Dunmore: 'Available'}},
 {id: 12, t: 'Tide Tables 2027', a: 'Firth Harbour Trust', y: 2026, f: 'Book', m: 'R 551.46', c: {Quayside: 'Reference only'}},
 {id: 13, t: 'Bread of the Islands', a: 'Coll, Morag', y: 2020, f: 'Book', m: '641.8 COL', c: {Northgate: 'Available'}},
 {id: 14, t: 'The Ropewalk Murders', a: 'Brandt, Silke', y: 2023, f: 'Book', m: '823 BRA', c: {Quayside: 'Available'}},
 {id: 15, t: 'Knots and Splices', a: 'Day, Cyril', y: 1987, f: 'Book', m: '623.8 DAY', c: {Dunmore: 'Available'}},
 {id: 16, t: 'North of Everything', a: 'Coll, Morag', y: 2017, f: 'Audiobook', m: 'AB COL', c: {Quayside: 'Available'}},
 {id: 17, t: 'Weather for Sailors', a: 'Imrie, Douglas', y: 2012, f: 'Book', m: '551.5 IMR', c: {Dunmore: 'Available'}},
 {id: 18, t: 'The Firth in Maps', a: 'Various', y: 2001, f: 'Book', m: '912 FIR', c: {Northgate: 'Available'}},
 {id: 19, t: 'A Winter on the Skerry', a: 'Okoro, Emeka', y: 2023, f: 'Book', m: '823 OKO', c: {Northgate: 'Available'}},
 {id: 20, t: 'Gulls: A Natural History', a: 'Strand, Karin', y: 2014, f: 'Book', m: '598.3 STR', c: {Dunmore: 'Available'}}
];
var CARD = sessionStorage.getItem('card');
if (CARD) document.getElementById('who').innerHTML = 'Card ' + CARD + ' &middot; <a href="/account.html">My account</a>';
function post(path, fields, then) {
  var x = new XMLHttpRequest();
  x.open('POST', path);
  x.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
  x.onload = then;
  x.send(new URLSearchParams(fields).toString());
}
