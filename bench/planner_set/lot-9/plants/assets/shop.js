const basket=()=>JSON.parse(localStorage.getItem('basket')||'[]');
function count(){document.getElementById('n').textContent=basket().reduce((a,b)=>a+b.qty,0)}
const ck=document.getElementById('ck');ck.hidden=!!localStorage.getItem('ck');
document.addEventListener('click',e=>{const c=e.target.closest('[data-ck]');if(c){localStorage.setItem('ck',c.dataset.ck);ck.hidden=true}
const a=e.target.closest('[data-add]');if(a){const q=document.getElementById('qty'),b=basket();b.push({name:a.dataset.add,qty:q?+q.value:1});localStorage.setItem('basket',JSON.stringify(b));count();const m=document.getElementById('msg');if(m)m.textContent=a.dataset.add+' is in your basket'}});
count();
